package dev.mlinfra.containers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** A name, ports and a directory that no other stack has, and a shell that is told of them. */
final class StackPlace implements AutoCloseable {
  private static final List<String> PORTS =
      List.of(
          "POSTGRES_PORT",
          "REDIS_PORT",
          "MLFLOW_PORT",
          "MINIO_PORT",
          "MINIO_CONSOLE_PORT",
          "PROMETHEUS_PORT",
          "ALERTMANAGER_PORT",
          "EXPORTER_PORT",
          "POSTGRES_EXPORTER_PORT",
          "REDIS_EXPORTER_PORT");

  private final String name;
  private final Path directory;
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private final Shell shell;

  StackPlace(String label) {
    try {
      directory = Files.createTempDirectory("ml-infra-" + label);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int first = firstPort();
    name = label + "-" + first;
    Shell own =
        Shell.inProject()
            .with("STACK_NAME", name)
            .with("STACK_DIR", directory.toString())
            .with("SOPS_AGE_KEY_FILE", directory.resolve("age.key").toString())
            .with("BACKUP_ROOT", directory.resolve("backups").toString())
            .with("MIN_DISK_GB", "5")
            .with("MIN_MEMORY_GB", "2");
    for (String port : PORTS) {
      int number = first + ports.size();
      ports.put(port, number);
      own = own.with(port, Integer.toString(number));
    }
    shell = own;
  }

  /** The first of as many free ports in a row, below those that the system hands out. */
  private static int firstPort() {
    return ThreadLocalRandom.current()
        .ints(1_000, 1_250)
        .map(number -> number * 20)
        .limit(100)
        .filter(first -> IntStream.range(0, PORTS.size()).allMatch(i -> isFree(first + i)))
        .findFirst()
        .orElseThrow();
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  String name() {
    return name;
  }

  Path directory() {
    return directory;
  }

  Shell shell() {
    return shell;
  }

  /** The first page of the server at a port. */
  URI page(String port) {
    return URI.create("http://localhost:" + ports.get(port));
  }

  /** The body of a page of the server at a port. */
  String get(String port, String path) {
    return shell.run("curl -sSf --max-time 20 '" + page(port) + path + "'");
  }

  @Override
  public void close() {
    shell.run("rm -rf '" + directory + "'");
  }
}
