package dev.mlinfra.examples.quickstart;

import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.embedded.EmbeddedStack;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A real PostgreSQL and Redis of our own; they end with this process, however it ends. */
final class EmbeddedServers implements Servers {
  private final EmbeddedStack stack;

  private EmbeddedServers(EmbeddedStack stack) {
    this.stack = stack;
  }

  /** Starts them in a directory, or in a temporary one that goes with them. */
  static EmbeddedServers start(Optional<Path> keep) {
    EmbeddedStack.Builder stack = EmbeddedStack.builder();
    keep.ifPresent(stack::directory);
    return new EmbeddedServers(stack.start());
  }

  @Override
  public String description() {
    return "PostgreSQL on port %d, Redis on port %d, started for this run"
        .formatted(stack.postgres().port(), stack.redis().port());
  }

  @Override
  public MlInfraConfig.Builder config() {
    return stack.config("quickstart");
  }

  @Override
  public boolean exclusive() {
    return true;
  }

  @Override
  public List<String> whereToLook() {
    return stack.describe().lines().toList();
  }

  @Override
  public void close() {
    stack.close();
  }
}
