package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The exporter as an operator runs it: its jar, one file, a process of its own. */
public final class ExporterProcess implements AutoCloseable {
  private static final Path JAR =
      Path.of(System.getProperty("basedir", ""))
          .toAbsolutePath()
          .resolveSibling("ml-infra-exporter/target/ml-infra-exporter.jar");

  private final Process process;
  private final URI url;
  private final Path log;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private ExporterProcess(Process process, URI url, Path log) {
    this.process = process;
    this.url = url;
    this.log = log;
  }

  /** Starts it on a free port of loopback and waits until it answers. */
  public static ExporterProcess start(Path directory, Map<String, String> properties) {
    try {
      int port = freePort();
      Map<String, String> all = new TreeMap<>(properties);
      all.put("listen", "127.0.0.1:" + port);
      Path log = directory.resolve("exporter.log");
      Process process =
          new ProcessBuilder(command("--config", write(directory, all).toString()))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      ExporterProcess exporter =
          new ExporterProcess(process, URI.create("http://127.0.0.1:" + port), log);
      Await.until("exporter answers", exporter::answers);
      return exporter;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs it to its end; returns its exit code and all that it printed. */
  static String run(String... args) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command(args)).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() + " " + output;
  }

  static Path write(Path directory, Map<String, String> properties) throws IOException {
    return Files.writeString(
        directory.resolve("exporter.properties"),
        properties.entrySet().stream()
            .map(entry -> entry.getKey() + " = " + entry.getValue().replace("\\", "\\\\"))
            .collect(Collectors.joining("\n")));
  }

  /** The page that Prometheus reads. */
  public String metrics() {
    return get("/metrics");
  }

  String health() {
    return get("/health");
  }

  /** Says whether the page has this line. */
  public boolean shows(String line) {
    return metrics().lines().anyMatch(line::equals);
  }

  /** The value of a series; fails when it is not there. */
  double value(String series) {
    return metrics()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(series + " is not in\n" + metrics()));
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  private boolean answers() {
    assertThat(process.isAlive()).as("the exporter lives").isTrue();
    try {
      return !get("/health").isEmpty();
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  private String get(String path) {
    try {
      return http.send(
              HttpRequest.newBuilder(url.resolve(path)).timeout(Duration.ofSeconds(5)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<String> command(String... args) {
    assertThat(JAR).as("mvn package makes it").exists();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-jar",
                JAR.toString()));
    command.addAll(List.of(args));
    return command;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
