package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.PlainConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The whole stack, started by {@code scripts/stack up} with names, ports and credentials of its
 * own; one for all test classes that ask for it, removed with its data after the last one.
 */
final class RunningStack implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(12);
  private final StackPlace place = new StackPlace("mission-it");

  private RunningStack() {
    shell().patience(START).run("scripts/stack up --timeout 600");
  }

  /** Runs commands with the settings of the stack. */
  Shell shell() {
    return place.shell();
  }

  Path directory() {
    return place.directory();
  }

  /** The first page of one of its servers. */
  URI page(String port) {
    return place.page(port);
  }

  /** The body of a page of one of its servers. */
  String get(String port, String path) {
    return place.get(port, path);
  }

  /** What a service that runs on this machine is given. */
  void asService(Consumer<MlInfraConfig.Builder> views, Consumer<MlInfra> work) {
    Map<String, String> variables = new TreeMap<>();
    shell()
        .run("scripts/stack exec -- env")
        .lines()
        .filter(line -> line.startsWith("ML_INFRA_"))
        .map(line -> line.split("=", 2))
        .forEach(pair -> variables.put(pair[0], pair[1]));
    variables.put("ML_INFRA_SERVICE", "mission");
    MlInfraConfig.Builder config = PlainConfig.fromVariables(variables).toBuilder();
    views.accept(config);
    try (MlInfra ml = MlInfra.connect(config.build())) {
      ml.ensureSchema().ensureStreams().ensureBucket();
      work.accept(ml);
    }
  }

  @Override
  public void close() {
    shell().run("scripts/stack down --volumes --yes");
    String left = "label=com.docker.compose.project=" + place.name();
    assertThat(shell().run("docker ps -aq --filter " + left)).as("containers").isEmpty();
    assertThat(shell().run("docker volume ls -q --filter " + left)).as("volumes").isEmpty();
    assertThat(directory().resolve(".stack." + place.name() + ".env")).doesNotExist();
    place.close();
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
