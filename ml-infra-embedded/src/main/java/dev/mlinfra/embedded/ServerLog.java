package dev.mlinfra.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The log of a server, from the last mark on. */
final class ServerLog {
  private static final int SHOWN_CHARS = 300;
  private static final long MAX_BYTES = 16 << 20;

  private final Path file;
  private long from;

  ServerLog(Path file) {
    this.file = file;
  }

  Path file() {
    return file;
  }

  /** Forgets what is in the log so far, and a log that has become long altogether. */
  void mark() throws IOException {
    long size = Files.exists(file) ? Files.size(file) : 0;
    if (size > MAX_BYTES) {
      Files.delete(file);
      size = 0;
    }
    from = size;
  }

  boolean has(String text) {
    return text().contains(text);
  }

  /** The line that says best what went wrong. */
  String complaint() {
    List<String> lines = text().lines().filter(line -> !line.isBlank()).toList();
    String line =
        lines.stream()
            .filter(l -> l.matches(".*(FATAL|PANIC|rror|not found|failed|denied).*"))
            .findFirst()
            .orElse(lines.isEmpty() ? "no output" : lines.get(lines.size() - 1));
    return line.length() <= SHOWN_CHARS ? line : line.substring(0, SHOWN_CHARS) + "...";
  }

  private String text() {
    try {
      byte[] all = Files.readAllBytes(file);
      int start = (int) Math.min(from, all.length);
      return new String(all, start, all.length - start, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "log " + file + " was not readable: " + e;
    }
  }
}
