package dev.mlinfra.examples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A temporary directory for files on their way to and from the artifact store.
 *
 * @param path where it is
 */
record WorkingDirectory(Path path) implements AutoCloseable {
  static WorkingDirectory make() throws IOException {
    return new WorkingDirectory(Files.createTempDirectory("ml-infra-quickstart"));
  }

  @Override
  public void close() throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(path)) {
      files = listed.toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
    Files.delete(path);
  }
}
