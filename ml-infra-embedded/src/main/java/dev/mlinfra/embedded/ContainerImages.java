package dev.mlinfra.embedded;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which image each part runs in: named by the program, by a system property, or the project's own.
 */
final class ContainerImages {
  static final Set<String> PARTS =
      Collections.unmodifiableSet(
          new LinkedHashSet<>(List.of("postgres", "redis", "objectstorage", "mlflow")));

  private static final Map<String, String> OWN =
      Map.of(
          "postgres", "ml-infra/postgres:17",
          "redis", "ml-infra/redis:7",
          "objectstorage", "ml-infra/minio:2026-02-12",
          "mlflow", "ml-infra/mlflow:3.17.2");

  private final Map<String, String> named = new TreeMap<>();

  void name(String part, String image) {
    named.put(part, image);
  }

  String of(String part) {
    String own = OWN.getOrDefault(part, "");
    return named.getOrDefault(part, System.getProperty(property(part), own));
  }

  static String property(String part) {
    return "mlinfra.test.image." + part;
  }
}
