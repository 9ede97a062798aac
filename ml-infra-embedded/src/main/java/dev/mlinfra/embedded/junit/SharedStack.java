package dev.mlinfra.embedded.junit;

import dev.mlinfra.embedded.EmbeddedStack;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The one stack of a JVM; JUnit closes it after the last test. */
final class SharedStack implements AutoCloseable {
  private final EmbeddedStack stack = EmbeddedStack.start();

  private SharedStack() {}

  static EmbeddedStack of(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(MlInfraExtension.NAMESPACE)
        .getOrComputeIfAbsent(SharedStack.class, type -> new SharedStack(), SharedStack.class)
        .stack;
  }

  @Override
  public void close() {
    stack.close();
  }
}
