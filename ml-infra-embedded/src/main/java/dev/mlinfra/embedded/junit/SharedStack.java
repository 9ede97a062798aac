package dev.mlinfra.embedded.junit;

import dev.mlinfra.embedded.ContainerStack;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The one stack of its kind in a JVM; JUnit closes it after the last test. */
final class SharedStack implements AutoCloseable {
  private final Stack stack;

  private SharedStack(Servers servers) {
    this.stack = servers == Servers.CONTAINERS ? ContainerStack.start() : EmbeddedStack.start();
  }

  static Stack of(ExtensionContext context, Servers servers) {
    return context
        .getRoot()
        .getStore(MlInfraExtension.NAMESPACE)
        .getOrComputeIfAbsent(servers.resolve(), SharedStack::new, SharedStack.class)
        .stack;
  }

  @Override
  public void close() {
    stack.close();
  }
}
