package dev.mlinfra.integration;

import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import java.nio.file.Path;

/** Servers of the chosen kind whose Redis finds its data again after a kill. */
final class KeptServers {
  private KeptServers() {}

  static Stack start(Path directory) {
    return Servers.CHOSEN.resolve() == Servers.CONTAINERS
        ? Servers.CONTAINERS.start() // its Redis always appends to a file
        : EmbeddedStack.builder().directory(directory.resolve("servers")).start();
  }
}
