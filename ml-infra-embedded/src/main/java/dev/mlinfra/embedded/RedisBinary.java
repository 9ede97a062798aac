package dev.mlinfra.embedded;

import dev.mlinfra.error.ConfigException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Picks the Redis binary that runs on this machine. */
final class RedisBinary {
  private RedisBinary() {}

  static Path find() {
    return firstThatRuns(Platform.current().redisBinaries());
  }

  static Path firstThatRuns(List<String> resources) {
    BinaryCache cache = BinaryCache.ofUser();
    StringBuilder failures = new StringBuilder();
    for (String resource : resources) {
      Path server = cache.unpacked(resource, Archives::copyExecutable).resolve("server");
      Processes.Answer answer = Processes.run(List.of(server.toString(), "--version"));
      if (answer.ok()) {
        return server;
      }
      failures.append(resource).append(": ").append(oneLine(answer.output())).append("; ");
    }
    throw new ConfigException(
        "embedded redis had no binary that runs here ("
            + failures
            + "); install OpenSSL 3 (libssl3), or run Redis yourself and use Redis.at(url)");
  }

  private static String oneLine(String output) {
    return output.lines().limit(2).collect(Collectors.joining(" "));
  }
}
