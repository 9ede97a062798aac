package dev.mlinfra.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The file in which a postmaster says who and how it is. */
final class PostmasterPid {
  private static final int STATUS_LINE = 7;

  private PostmasterPid() {}

  static Path file(Path data) {
    return data.resolve("postmaster.pid");
  }

  /** The lines of the file, none when there is no file. */
  static List<String> lines(Path data) throws IOException {
    try {
      return Files.readAllLines(file(data));
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /** Says whether the postmaster takes connections. */
  static boolean ready(List<String> lines) {
    return lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready");
  }
}
