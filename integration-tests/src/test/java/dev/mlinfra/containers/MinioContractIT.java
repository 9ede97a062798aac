package dev.mlinfra.containers;

import dev.mlinfra.embedded.ContainerStack;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("containers")
class MinioContractIT extends ObjectStorageContract {
  private static ContainerStack stack;

  MinioContractIT() {
    super(
        stack.objectStorage().url(),
        stack.objectStorage().accessKeyId(),
        stack.objectStorage().password());
  }

  @BeforeAll
  static void start() {
    stack = ContainerStack.builder().objectStorage().start();
  }

  @AfterAll
  static void stop() {
    stack.close();
  }
}
