package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The whole stack, started by {@code scripts/stack up} with names, ports and credentials of its
 * own; one for all test classes that ask for it, removed with its data after the last one.
 */
final class RunningStack implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(12);
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
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private final Shell shell;
  private final Path directory;

  private RunningStack() {
    try {
      directory = Files.createTempDirectory("ml-infra-mission");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int first = firstPort();
    name = "mission-it-" + first;
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
    shell.patience(START).run("scripts/stack up --timeout 600");
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

  /** Runs commands with the settings of the stack. */
  Shell shell() {
    return shell;
  }

  String name() {
    return name;
  }

  Path directory() {
    return directory;
  }

  /** The first page of one of its servers. */
  URI page(String port) {
    return URI.create("http://localhost:" + ports.get(port));
  }

  /** The body of a page of one of its servers. */
  String get(String port, String path) {
    return shell.run("curl -sSf --max-time 20 '" + page(port) + path + "'");
  }

  /** What a service that runs on this machine is given. */
  void asService(Consumer<MlInfraConfig.Builder> views, Consumer<MlInfra> work) {
    Map<String, String> variables = new TreeMap<>();
    shell
        .run("scripts/stack exec -- env")
        .lines()
        .filter(line -> line.startsWith("ML_INFRA_"))
        .map(line -> line.split("=", 2))
        .forEach(pair -> variables.put(pair[0], pair[1]));
    variables.put("ML_INFRA_SERVICE", "mission");
    MlInfraConfig.Builder config = MlInfraConfig.fromVariables(variables).toBuilder();
    views.accept(config);
    try (MlInfra ml = MlInfra.connect(config.build())) {
      ml.ensureSchema().ensureStreams().ensureBucket();
      work.accept(ml);
    }
  }

  @Override
  public void close() {
    shell.run("scripts/stack down --volumes --yes");
    String left = "label=com.docker.compose.project=" + name;
    assertThat(shell.run("docker ps -aq --filter " + left)).as("containers").isEmpty();
    assertThat(shell.run("docker volume ls -q --filter " + left)).as("volumes").isEmpty();
    assertThat(directory.resolve(".stack." + name + ".env")).doesNotExist();
    shell.run("rm -rf '" + directory + "'");
  }

  /** Hands the stack to tests, started when the first one asks. */
  static final class Started implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == RunningStack.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(RunningStack.class))
          .getOrComputeIfAbsent(RunningStack.class, type -> new RunningStack(), RunningStack.class);
    }
  }
}
