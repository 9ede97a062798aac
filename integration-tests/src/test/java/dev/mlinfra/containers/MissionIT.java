package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.event.Event;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import dev.mlinfra.testing.Await;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What was asked for, checked by the commands that were named for it, on a stack that is in use.
 */
@Tag("containers")
@ExtendWith(RunningStack.Started.class)
class MissionIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static RunningStack stack;

  @BeforeAll
  static void useEachClientOnce(RunningStack started) {
    stack = started;
    stack.asService(
        config -> config.view(FeatureView.named("user").number("clicks").build()),
        MissionIT::useEachClient);
  }

  @Test
  void doctorSaysYes() {
    assertThat(run("scripts/doctor")).contains("doctor: yes");
  }

  @Test
  void aDatedBackupHoldsTheDockerFolder() {
    run("scripts/backup --docker-only");
    assertThat(run("ls \"$BACKUP_ROOT\"/$(date +%Y%m%d)*/docker")).contains("base.yml");
  }

  @Test
  void mlflowIsHealthyAndKeepsItsDataInPostgres() {
    assertThat(stack.get("MLFLOW_PORT", "/health")).isEqualTo("OK");
    assertThat(run("docker inspect -f '{{.State.Health.Status}}' $STACK_NAME-mlflow"))
        .isEqualTo("healthy");
    assertThat(run("scripts/stack psql -d mlflow -c '\\dt'")).contains("experiments");
  }

  @Test
  void minioIsLiveWithItsConsoleAndTheBucket() {
    stack.get("MINIO_PORT", "/minio/health/live");
    assertThat(stack.get("MINIO_CONSOLE_PORT", "/")).containsIgnoringCase("<html");
    run("scripts/stack mc ls minio/mlflow-artifacts");
    assertThat(run("scripts/stack mc quota info minio/mlflow-artifacts"))
        .containsPattern("(?i)10 ?GB|9\\.3 ?GiB");
  }

  @Test
  void anArtifactOfAPythonClientIsInTheBucket() {
    run(
        """
        docker exec -i -e MLFLOW_TRACKING_URI=http://localhost:5000 "$STACK_NAME-mlflow" python - <<'END'
        import mlflow
        with mlflow.start_run():
            mlflow.log_text("hello", "hello.txt")
        END
        """);
    assertThat(run("scripts/stack mc ls -r minio/mlflow-artifacts")).contains("hello.txt");
  }

  @Test
  void postgresHasPgvector() {
    assertThat(psql("SELECT extname FROM pg_extension")).contains("vector").contains("timescaledb");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "agent_decisions",
        "agent_feedback",
        "learned_patterns",
        "model_metadata",
        "feature_store"
      })
  void theSchemaHasItsTables(String table) {
    assertThat(run("scripts/stack psql -c '\\dn' -c '\\dt ml_learning.*'"))
        .contains("ml_learning")
        .containsPattern("\\| " + table + " ");
  }

  @Test
  void exactlyTwoHypertablesAreForMetrics() {
    assertThat(
            psql("SELECT hypertable_name FROM timescaledb_information.hypertables"
                    + " WHERE hypertable_name LIKE 'ml\\_%'")
                .lines())
        .hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ml:decisions:*", "ml:features:*", "ml:models:*"})
  void redisHasTheNamespaces(String pattern) {
    assertThat(run("scripts/stack redis-cli --scan --pattern '" + pattern + "'")).isNotEmpty();
  }

  @Test
  void redisHasTheStreamAndItsGroup() {
    assertThat(run("scripts/stack redis-cli XINFO STREAM ml-learning-events")).contains("length");
    assertThat(run("scripts/stack redis-cli XINFO GROUPS ml-learning-events"))
        .contains("ml-processors");
  }

  @Test
  void redisMayUseTwoGigabytesAndForgets() {
    assertThat(run("scripts/stack redis-cli INFO memory"))
        .contains("maxmemory_human:2.00G")
        .contains("maxmemory_policy:volatile-");
    assertThat(Long.parseLong(run("scripts/stack redis-cli TTL ml:features:sample"))).isPositive();
  }

  @Test
  void prometheusHasTenMetricsOfMlflow() {
    await("mlflow_up is 1", () -> query("mlflow_up").contains(",\"1\"]"));
    await("experiments are counted", () -> query("mlflow_experiments_total").contains("\"value\""));
    String names = stack.get("PROMETHEUS_PORT", "/api/v1/label/__name__/values");
    assertThat(Pattern.compile("\"mlflow_[a-z_]+\"").matcher(names).results().count())
        .isGreaterThanOrEqualTo(10);
  }

  @Test
  void fiveAlertsHaveMlInTheirNames() {
    String rules = stack.get("PROMETHEUS_PORT", "/api/v1/rules");
    assertThat(Pattern.compile("\"name\":\"[^\"]*ML[^\"]*\",\"query\"").matcher(rules).results())
        .hasSize(5);
  }

  @Test
  void everyComponentIsHealthyAndWatched() {
    run("scripts/stack status");
    await("every job is up", () -> !query("up%20==%200").contains("\"metric\":{"));
    assertThat(query("up"))
        .contains("\"ml-infra-exporter\"")
        .contains("\"minio\"")
        .contains("\"postgres\"")
        .contains("\"redis\"");
  }

  @Test
  void doctorLooksAtEveryPort() {
    assertThat(run("scripts/doctor")).contains("MLFLOW_PORT", "POSTGRES_PORT", "REDIS_PORT");
  }

  @Test
  void credentialsOpenWithTheKeyOnly() {
    run("scripts/secrets check");
    assertThat(
            stack
                .shell()
                .with("SOPS_AGE_KEY_FILE", "/nonexistent/age.key")
                .tryRun("scripts/secrets check")
                .code())
        .isNotZero();
  }

  @Test
  void rollbackSaysWhatItWouldDoAndDoesNothing() {
    run("scripts/rollback --dry-run");
    assertThat(run("docker inspect -f '{{.State.Running}}' $STACK_NAME-mlflow")).isEqualTo("true");
  }

  private static void useEachClient(MlInfra ml) {
    ml.health(); // writes the sample key
    Decision decision = Decision.by("ranker").action("item-79").propensity(0.5).build();
    ml.decisions().log(decision);
    ml.features()
        .put(
            "user", List.of(FeatureRow.builder("ann", Instant.now()).value("clicks", 5.0).build()));
    ml.events().publish(Event.of("decision.rewarded", "item-79").field("reward", "1.0"));
    Artifact artifact = ml.artifacts().put(new ByteArrayInputStream(new byte[] {1, 2, 3}));
    int version = ml.models().register(NewModel.of("bts", artifact)).version();
    ml.models()
        .promote(
            NewPromotion.of("bts", version).alias("champion").by("a test").reason("the first one"));
    assertThat(ml.decisions().flush(PATIENCE)).isTrue();
    assertThat(ml.events().flush(PATIENCE)).isTrue();
    await(
        "the decision is cached",
        () -> {
          Decision another = Decision.by("ranker").action("item-80").build();
          ml.decisions().log(another);
          ml.decisions().flush(PATIENCE);
          return ml.history().recent(another.id()).isPresent();
        });
  }

  private static String run(String command) {
    return stack.shell().run(command);
  }

  private static String psql(String query) {
    return run("scripts/stack psql -At -c \"" + query + "\"");
  }

  private static String query(String expression) {
    return stack.get("PROMETHEUS_PORT", "/api/v1/query?query=" + expression);
  }

  private static void await(String what, BooleanSupplier condition) {
    Await.until(what, Duration.ofMinutes(3), condition);
  }
}
