package dev.mlinfra.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The scripts for administrators, which lie outside of the module. */
final class SchemaScripts {
  private static final Path ROOT = root();
  private static final Path FOLDER = ROOT.resolve("scripts/sql");
  static final Path SCHEMA = FOLDER.resolve("ml-schema.sql");
  static final Path ROLLBACK = FOLDER.resolve("rollback-ml-schema.sql");
  static final Path GRANTS = FOLDER.resolve("grant-ml-service.sql");
  static final Path FORGET = FOLDER.resolve("grant-ml-forget.sql");

  static final Path PAGE = ROOT.resolve("docs/postgres.md");

  private SchemaScripts() {}

  /** A script with psql's variables filled in and its commands left out. */
  static String plain(Path script, String schema, String role) throws IOException {
    return Files.readString(script)
        .lines()
        .filter(line -> !line.startsWith("\\"))
        .collect(Collectors.joining("\n"))
        .replace(":\"schema\"", '"' + schema + '"')
        .replace(":\"role\"", '"' + role + '"');
  }

  /** The newest version, as the first line of the script says. */
  static int latest() {
    try (Stream<String> lines = Files.lines(SCHEMA)) {
      return Integer.parseInt(lines.findFirst().orElse("").replaceAll("\\D+", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path root() {
    Path here = Path.of("").toAbsolutePath();
    while (!Files.exists(here.resolve("scripts/sql"))) {
      here = here.getParent();
    }
    return here;
  }
}
