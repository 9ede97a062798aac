package dev.mlinfra.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** All that was logged in the JVM of this test. */
public final class TestLog {
  private static final Path FILE =
      Path.of(System.getProperty("org.slf4j.simpleLogger.logFile", "target/integration-tests.log"));

  private TestLog() {}

  public static String text() {
    try {
      return Files.readString(FILE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static List<String> lines() {
    return text().lines().toList();
  }
}
