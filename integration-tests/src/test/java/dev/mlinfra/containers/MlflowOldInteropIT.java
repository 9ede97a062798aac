package dev.mlinfra.containers;

import org.junit.jupiter.api.Tag;

@Tag("containers")
class MlflowOldInteropIT extends MlflowInterop {
  MlflowOldInteropIT() {
    super("2.9.2");
  }
}
