package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.embedded.ContainerStack;
import dev.mlinfra.embedded.ServerControl;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.integration.ExporterProcess;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.storage.Mlflow;
import dev.mlinfra.storage.ObjectStorage;
import dev.mlinfra.testing.Await;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.mlflow.tracking.MlflowClient;

/** What Java and MLflow's own Python client see of each other, on one version of the server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MlflowInterop {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int COPIED_BYTES = 1_000;
  private static final Path EXPORTER_PAGE = Shell.root().resolve("docs/exporter.md");

  private final Shell shell = Shell.inProject();
  private final String version;
  private ContainerStack stack;
  private MlInfra ml;

  MlflowInterop(String version) {
    this.version = version;
  }

  @BeforeAll
  void start() {
    stack = ContainerStack.builder().mlflow().image("mlflow", "ml-infra/mlflow:" + version).start();
    ml = MlInfra.connect(config());
    ml.ensureSchema().ensureBucket();
  }

  @AfterAll
  void stop() {
    if (ml != null) {
      ml.close();
    }
    if (stack != null) {
      stack.close();
    }
  }

  @Test
  void pythonReadsRunsMetricsArtifactsVersionsAndAliasesOfJava() {
    Artifact small = artifact("weights from java");
    Artifact large = artifact("w".repeat(2 * COPIED_BYTES));
    ModelVersion first = register("click", small, 0.61);
    register("click", artifact("others"), 0.64);
    ModelVersion third = register("click", large, 0.66);
    ml.models()
        .promote(
            NewPromotion.of("click", first.version())
                .alias("champion")
                .by("ada")
                .reason("it works"));
    ml.models()
        .promote(
            NewPromotion.of("click", third.version())
                .alias("large")
                .by("ada")
                .reason("it is large"));
    assertThat(ml.models().awaitMirror(PATIENCE)).isTrue();

    assertThat(python("read_java.py", "click", "ml-infra/interop"))
        .contains(
            "run click-1 FINISHED [('auc', 0.61)] ranking",
            "run click-2 FINISHED [('auc', 0.64)] ranking",
            "run click-3 FINISHED [('auc', 0.66)] ranking",
            "champion 1 click-1",
            "registry ['model.bin " + small.sha256() + "']",
            "run artifacts ['model.bin " + small.sha256() + "']",
            "large " + large.uri(),
            "bucket ['" + large.sha256() + " " + large.sha256() + "']");
  }

  @Test
  void javaReadsRunsMetricsArtifactsVersionsAndAliasesOfPython() {
    String wrote =
        python("write_python.py").stream()
            .filter(line -> line.startsWith("wrote ")) // among what mlflow says on its error output
            .findFirst()
            .orElseThrow();
    String[] names = wrote.substring("wrote ".length()).split(" ", -1);

    try (MlflowClient client = new MlflowClient(stack.mlflow().url())) {
      assertThat(client.getRun(names[0]).getData().getMetrics(0).getValue()).isEqualTo(0.75);
      assertThat(client.getMetricHistory(names[0], "auc")).hasSize(2);
      assertThat(client.getRun(names[0]).getData().getTagsList().toString())
          .contains("data science");
      assertThat(client.sendGet("registered-models/alias?name=from-python&alias=challenger"))
          .contains(names[0], "from-python");
    }
    assertThat(ml.inventory())
        .filteredOn(item -> item.component().equals("mlflow"))
        .extracting(InventoryItem::value)
        .allSatisfy(count -> assertThat(count).isPositive());

    Artifact weights = ml.artifacts().find(names[1]).orElseThrow();
    assertThat(new String(ml.artifacts().read(weights), StandardCharsets.UTF_8))
        .isEqualTo("weights from python");
    ModelVersion adopted = ml.models().register(NewModel.of("adopted", weights));
    assertThat(ml.models().awaitMirror(PATIENCE)).isTrue();
    assertThat(adopted.artifact().sha256()).isEqualTo(names[1]);
  }

  @Test
  void theExporterShowsAllItsMetricsOfMlflow(@TempDir Path directory) throws IOException {
    ModelVersion exported = register("exported", artifact("exported"), 0.5);
    ml.models()
        .promote(
            NewPromotion.of("exported", exported.version())
                .alias("champion")
                .by("ada")
                .reason("it works"));
    assertThat(ml.models().awaitMirror(PATIENCE)).isTrue();
    try (ExporterProcess exporter =
        ExporterProcess.start(
            directory,
            Map.of("mlflow.url", stack.mlflow().url(), "mlflow.detail-interval", "PT1S"))) {
      Await.until(
          "the exporter shows it",
          PATIENCE,
          () -> exporter.shows("mlflow_runs_complete 1") && exporter.shows("mlflow_up 1"));

      assertThat(names(exporter.metrics(), "# TYPE (mlflow_\\w+) "))
          .hasSizeGreaterThanOrEqualTo(10)
          .isEqualTo(names(Files.readString(EXPORTER_PAGE), "(?m)^\\| `(mlflow_\\w+)` "));
      assertThat(exporter.metrics())
          .contains("mlflow_info{version=\"" + version + "\"} 1")
          .containsPattern("(?m)^mlflow_artifacts_up 1$")
          .containsPattern("mlflow_runs\\{status=\"FINISHED\"} [1-9]")
          .containsPattern("mlflow_model_versions\\{status=\"READY\"} [1-9]")
          .containsPattern("mlflow_model_aliases\\{alias=\"champion\"} [1-9]");
    }
  }

  ContainerStack stack() {
    return stack;
  }

  Shell shell() {
    return shell;
  }

  /** The container of a server of the stack. */
  String container(ServerControl server) {
    return shell.run("docker ps -q --filter publish=" + server.port());
  }

  /** Where a server is in the network of the stack. */
  String address(ServerControl server) {
    return shell.run(
        "docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "
            + container(server));
  }

  private static Set<String> names(String text, String pattern) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private ModelVersion register(String model, Artifact artifact, double auc) {
    return ml.models()
        .register(
            NewModel.of(model, artifact)
                .metrics(Map.of("auc", auc))
                .tags(Map.of("team", "ranking")));
  }

  private Artifact artifact(String content) {
    return ml.artifacts().put(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
  }

  private List<String> python(String script, String... arguments) {
    Path file = Shell.root().resolve("integration-tests/src/test/resources/mlflow/" + script);
    return shell
        .run(
            "docker exec -i %s python -W ignore - %s <%s"
                .formatted(container(stack.mlflow()), String.join(" ", arguments), file))
        .lines()
        .toList();
  }

  private MlInfraConfig config() {
    return MlInfraConfig.forService("interop")
        .install(
            Postgres.at(stack.jdbcUrl())
                .user(stack.postgres().user())
                .password(stack.postgres().password()))
        .install(
            ObjectStorage.at(stack.objectStorage().url())
                .credentials(stack.objectStorage().accessKeyId(), stack.objectStorage().password()))
        .install(Mlflow.at(stack.mlflow().url()).copyArtifactsUpTo(COPIED_BYTES))
        .build();
  }
}
