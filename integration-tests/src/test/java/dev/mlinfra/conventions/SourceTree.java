package dev.mlinfra.conventions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The files of the repository. */
final class SourceTree {
  static final Path ROOT =
      Path.of(System.getProperty("basedir", "")).toAbsolutePath().normalize().getParent();

  /** The modules that users get, in the order of their dependencies. */
  static final List<String> PUBLISHED =
      List.of(
          "ml-infra-core",
          "ml-infra-testing",
          "ml-infra-postgres",
          "ml-infra-redis",
          "ml-infra-storage",
          "ml-infra-monitoring",
          "ml-infra-exporter",
          "ml-infra-embedded");

  private SourceTree() {}

  static List<Path> mainSources(String module) {
    return files(
        ROOT.resolve(module).resolve("src/main/java"), p -> p.toString().endsWith(".java"));
  }

  static List<Path> files(Path directory, Predicate<Path> wanted) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).filter(wanted).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String relative(Path file) {
    return ROOT.relativize(file).toString();
  }
}
