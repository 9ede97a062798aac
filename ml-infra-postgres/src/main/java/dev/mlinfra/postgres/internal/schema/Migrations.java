package dev.mlinfra.postgres.internal.schema;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The migrations that this jar carries, in order. */
final class Migrations {
  private static final String FOLDER = "/dev/mlinfra/postgres/migrations/";
  private static final List<String> NAMES =
      List.of(
          "schema",
          "decisions",
          "features",
          "patterns",
          "models",
          "metrics",
          "dead-letters",
          "completeness",
          "feedback",
          "privacy",
          "traces",
          "removed-ranges",
          "ties");

  static final List<Migration> ALL = all();

  private Migrations() {}

  private static List<Migration> all() {
    List<Migration> migrations = new ArrayList<>();
    for (String name : NAMES) {
      int version = migrations.size() + 1;
      migrations.add(new Migration(version, name, read("%04d-%s.sql".formatted(version, name))));
    }
    return List.copyOf(migrations);
  }

  private static String read(String file) {
    try (InputStream in = Migrations.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + FOLDER + file + "; build it again");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    } catch (IOException e) {
      throw new IllegalStateException("the jar's " + FOLDER + file + " cannot be read", e);
    }
  }
}
