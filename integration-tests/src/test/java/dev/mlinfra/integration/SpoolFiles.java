package dev.mlinfra.integration;

import java.nio.file.Path;

/** The files of a spool, seen from outside. */
final class SpoolFiles {
  private SpoolFiles() {}

  /** How many wait in a directory; -1 when there is no directory. */
  static long waiting(Path directory) {
    String[] names = directory.toFile().list((parent, name) -> name.endsWith(".copy"));
    return names == null ? -1 : names.length;
  }
}
