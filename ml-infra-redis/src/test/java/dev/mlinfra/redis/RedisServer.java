package dev.mlinfra.redis;

import dev.mlinfra.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/**
 * A real server of the test's own, on loopback, that can be stopped, continued, killed and started
 * again. The system property {@code redis.executable} names another binary than the embedded one.
 */
final class RedisServer implements AutoCloseable {
  private static final String EXECUTABLE = executable();

  private final int port;
  private final Path directory;
  private final List<String> arguments;
  private Process process;

  private RedisServer(int port, List<String> arguments) throws IOException {
    this.port = port;
    this.arguments = arguments;
    this.directory = Files.createTempDirectory("ml-infra-redis");
    start();
  }

  static RedisServer running(String... arguments) {
    try {
      return new RedisServer(freePort(), List.of(arguments));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the process, again after {@link #kill}. */
  void start() {
    List<String> command =
        new ArrayList<>(
            List.of(EXECUTABLE, "--port", Integer.toString(port), "--bind", "127.0.0.1"));
    command.addAll(List.of("--save", "", "--dir", directory.toString()));
    command.addAll(arguments);
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Await.until("redis listens", this::listens);
  }

  private boolean listens() {
    try {
      return Files.readString(directory.resolve("log")).contains("Ready to accept connections");
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Freezes the server: it keeps its connections and answers nothing. */
  void freeze() {
    signal("-STOP");
  }

  void thaw() {
    signal("-CONT");
  }

  void kill() {
    signal("-KILL");
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void signal(String name) {
    try {
      String command = "kill " + name + " " + process.pid();
      int code = new ProcessBuilder("sh", "-c", command).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException("kill " + name + " ended with " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try (var files = Files.walk(directory)) {
      process.waitFor(10, TimeUnit.SECONDS);
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String executable() {
    try {
      String named = System.getProperty("redis.executable");
      return named != null
          ? named
          : ExecutableProvider.newJarResourceProvider().get().getAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
