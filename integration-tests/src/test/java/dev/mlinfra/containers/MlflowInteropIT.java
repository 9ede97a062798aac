package dev.mlinfra.containers;

import org.junit.jupiter.api.Tag;

@Tag("containers")
class MlflowInteropIT extends MlflowInterop {
  MlflowInteropIT() {
    super("3.17.2");
  }
}
