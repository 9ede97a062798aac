package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionBuilder;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.ModuleMissingException;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureStatus;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.pattern.LearnedPattern;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.storage.ObjectStorage;
import dev.mlinfra.testing.fake.FakeInfra;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that are refused before any server hears of them, and what is said about each. */
class BadInputTest {
  private static final String INJECTION = "x\"; DROP SCHEMA ml_learning";
  private static final UUID SOME_ID = new UUID(1, 2);
  private static final FeatureView USER =
      FeatureView.named("user")
          .number("spend")
          .count("visits")
          .flag("member")
          .text("city")
          .vector("taste", 3)
          .build();

  private final FakeInfra fake = FakeInfra.create();
  private final MlInfra ml =
      MlInfra.connect(
          MlInfraConfig.forService("refusing")
              .decisions(BufferOptions.builder().linger(Duration.ofMillis(2)).build())
              .install(fake)
              .view(USER)
              .build());

  @AfterEach
  void close() {
    ml.close();
  }

  static Stream<Arguments> decisions() {
    return Stream.of(
        bad("NaN propensity", d -> d.propensity(Double.NaN), "propensity", "NaN", "(0, 1]"),
        bad("infinite propensity", d -> d.propensity(1 / 0.0), "propensity", "Infinity", "(0, 1]"),
        bad("zero propensity", d -> d.propensity(0), "propensity", "0.0", "(0, 1]"),
        bad("negative propensity", d -> d.propensity(-0.1), "propensity", "-0.1", "(0, 1]"),
        bad("propensity above 1", d -> d.propensity(1.0001), "propensity", "1.0001", "(0, 1]"),
        bad("NaN feature", d -> d.features(1, Float.NaN), "features[1]", "NaN", "finite"),
        bad("infinite feature", d -> d.features(-1 / 0f), "features[0]", "-Infinity", "finite"),
        bad("too many features", d -> d.features(new float[4_097]), "features", "4097", "4096"),
        bad("NaN score", d -> d.score(Double.NaN), "score", "NaN", "finite"),
        bad("NUL in the action", d -> d.action("a\0b"), "action", "a\\u0000b", "NUL"),
        bad("NUL in the context", d -> d.context("k", "\0"), "context", "\\u0000", "NUL"),
        bad("half a surrogate", d -> d.action("a\ud800"), "action", "a\\ud800", "surrogate"),
        bad("blank action", d -> d.action(" "), "action", "' '", "blank"),
        bad("long action", d -> d.action("a".repeat(257)), "action", "257", "256"),
        bad("long model", d -> d.model("m".repeat(129), ""), "model", "129", "128"),
        bad("null model", d -> d.model(null, ""), "model", "null", "must have a value"),
        bad("null vector", d -> d.features((float[]) null), "features", "null", "must have"),
        bad("time a year ahead", d -> d.decidedAt(nextYear()), "decidedAt", "20", "one day ahead"),
        bad("time before 1970", d -> d.decidedAt(Instant.MIN), "decidedAt", "-", "1970"),
        bad("negative latency", d -> d.latency(Duration.ofNanos(-1)), "latency", "PT", "from zero"),
        bad(
            "endless latency",
            d -> d.latency(Duration.ofDays(1 << 30)),
            "latency",
            "PT",
            "365 days"),
        bad(
            "100 MB of context",
            d -> d.context("blob", "x".repeat(100 << 20)),
            "context",
            "104857604",
            "65536"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("decisions")
  void refusesADecisionAndStoresItsNeighbours(
      String what, UnaryOperator<DecisionBuilder> fault, List<String> parts) {
    UUID before = logGood();
    Acceptance answer =
        ml.decisions().log(fault.apply(Decision.by("ranker").action("item")).build());
    UUID after = logGood();

    assertThat(answer.status()).isEqualTo(Status.REJECTED);
    Message.assertClear(answer.reason(), "decision." + parts.get(0), parts.get(1), parts.get(2));
    assertThat(ml.decisions().flush(Duration.ofSeconds(30))).isTrue();
    assertThat(fake.decisions()).extracting(Decision::id).containsExactly(before, after);
    assertThat(ml.decisions().ledger().rejectedTotal()).isEqualTo(1);
    assertThat(ml.decisions().ledger().balanced()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t"})
  void refusesADecisionOfNobody(String agent) {
    Acceptance answer = ml.decisions().log(Decision.by(agent).action("item").build());

    assertThat(answer.status()).isEqualTo(Status.REJECTED);
    Message.assertClear(answer.reason(), "decision.agent", "must not be blank", "pass a name");
  }

  static Stream<Arguments> feedback() {
    Feedback good = Feedback.of(SOME_ID, 1);
    return Stream.of(
        Arguments.of(Feedback.of(SOME_ID, Double.NaN), List.of("reward", "NaN", "finite")),
        Arguments.of(Feedback.of(SOME_ID, 1 / 0.0), List.of("reward", "Infinity", "finite")),
        Arguments.of(Feedback.of(null, 1), List.of("decisionId", "null", "decision.id()")),
        Arguments.of(good.kind(""), List.of("kind", "''", "blank")),
        Arguments.of(good.label("\0"), List.of("label", "\\u0000", "NUL")),
        Arguments.of(good.key(" "), List.of("key", "' '", "blank")),
        Arguments.of(good.observedAt(nextYear()), List.of("observedAt", "20", "one day ahead")),
        Arguments.of(good.observedAt(null), List.of("observedAt", "null", "must be a time")));
  }

  @ParameterizedTest
  @MethodSource("feedback")
  void refusesFeedbackAndStoresItsNeighbours(Feedback bad, List<String> parts) {
    ml.decisions().feedback(SOME_ID, 0.5);
    Acceptance answer = ml.decisions().feedback(bad);
    ml.decisions().feedback(SOME_ID, 0.7);

    assertThat(answer.status()).isEqualTo(Status.REJECTED);
    Message.assertClear(answer.reason(), "feedback." + parts.get(0), parts.get(1), parts.get(2));
    assertThat(ml.decisions().flush(Duration.ofSeconds(30))).isTrue();
    assertThat(fake.feedback()).hasSize(2);
  }

  @Test
  void refusesActivationsOfNothingAndOfAnotherAge() {
    Acceptance nothing = ml.decisions().activate(Activation.of(null));
    Acceptance late = ml.decisions().activate(Activation.of(SOME_ID).activatedAt(nextYear()));

    Message.assertClear(nothing.reason(), "activation.decisionId", "null", "decision.id()");
    Message.assertClear(late.reason(), "activation.activatedAt", "20", "one day ahead");
    assertThat(ml.decisions().activationLedger().rejectedTotal()).isEqualTo(2);
  }

  static Stream<Arguments> features() {
    Instant now = Instant.now();
    return Stream.of(
        row(FeatureRow.builder("u", now).value("spend", Double.NaN), "user.spend", "NaN", "finite"),
        row(FeatureRow.builder("u", now).value("spend", 1 / 0.0), "spend", "Infinity", "finite"),
        row(FeatureRow.builder("u", now).value("spend", "3"), "spend", "String", "a Double"),
        row(FeatureRow.builder("u", now).value("visits", 1.5), "visits", "Double", "a Long"),
        row(FeatureRow.builder("u", now).value("member", 1), "member", "Integer", "a Boolean"),
        row(FeatureRow.builder("u", now).value("city", 7), "city", "Integer", "a String"),
        row(FeatureRow.builder("u", now).value("city", "a\0"), "city", "a\\u0000", "NUL"),
        row(FeatureRow.builder("u", now).value("taste", new float[2]), "taste", "2", "must be 3"),
        row(
            FeatureRow.builder("u", now).value("taste", new double[3]),
            "taste",
            "double[]",
            "float[]"),
        row(
            FeatureRow.builder("u", now).value("taste", new float[] {0, 1 / 0f, 0}),
            "taste",
            "Infinity",
            "finite"),
        row(FeatureRow.builder("u", now).value("unknown", 1), "unknown", "'u'", "is not declared"),
        row(FeatureRow.builder("u", now), "values", "{}", "at least one value"),
        row(
            FeatureRow.builder("u", nextYear()).value("visits", 1),
            "eventTime",
            "20",
            "one day ahead"),
        row(
            FeatureRow.builder("u", now).value("visits", 1).knownAt(nextYear()),
            "knownAt",
            "20",
            "one day ahead"),
        row(
            FeatureRow.builder("a{b}", now).value("visits", 1),
            "entity",
            "'a{b}'",
            "without spaces"),
        row(FeatureRow.builder("a b", now).value("visits", 1), "entity", "'a b'", "without spaces"),
        row(FeatureRow.builder("", now).value("visits", 1), "entity", "''", "1 to 200"));
  }

  @ParameterizedTest
  @MethodSource("features")
  void refusesAFeatureRowAndStoresNothingOfItsWrite(FeatureRow bad, List<String> parts) {
    FeatureRow good = FeatureRow.builder("good", Instant.now()).value("visits", 1).build();

    refused(
        InvalidInputException.class,
        () -> ml.features().put("user", List.of(good, bad)),
        parts.toArray(String[]::new));
    assertThat(ml.features().online("user", "good").status()).isEqualTo(FeatureStatus.MISSING);
    ml.features().put("user", List.of(good));
    assertThat(ml.features().online("user", "good").status()).isEqualTo(FeatureStatus.PRESENT);
  }

  @Test
  void refusesAnUnknownViewInEveryCall() {
    String[] parts = {"feature view 'users'", "is not declared", "[user]", "declare it"};
    refused(ConfigException.class, () -> ml.features().put("users", List.of()), parts);
    refused(ConfigException.class, () -> ml.features().online("users", "u"), parts);
    refused(ConfigException.class, () -> ml.features().asOf("users", List.of()), parts);
    refused(ConfigException.class, () -> ml.features().materialize("users"), parts);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a{b}", INJECTION, "", "a b", "a:b", "vi\u200bew", "п", "1st"})
  void refusesAViewOrAFeatureWithAHostileName(String name) {
    refused(ConfigException.class, () -> FeatureView.named(name).number("n").build(), "view name");
    refused(ConfigException.class, () -> FeatureView.named("v").number(name).build(), "feature v.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a{b}", INJECTION, "", "a b", "../up"})
  void refusesAServiceAModelAndAGroupWithAHostileName(String name) {
    refused(ConfigException.class, () -> MlInfraConfig.forService(name).build(), "service");
    Artifact artifact = new Artifact("file:/x", "0".repeat(64), 1);
    refused(InvalidInputException.class, () -> NewModel.of(name, artifact), "model.name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {INJECTION, "Ml", "", "1st", "public", "pg_catalog", "information_schema", "a.b"})
  void refusesASchemaThatIsNotOurOwn(String name) {
    Postgres module = Postgres.at("jdbc:postgresql://localhost/ml").schema(name);
    refused(
        ConfigException.class,
        () -> MlInfraConfig.forService("s").install(module).build(),
        "postgres.schema",
        "'" + name + "'",
        "must be");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"My_Bucket", "ab", "a..b", "192.168.0.1", "-ab", "ab-", "xn--abc", "a/b", ""})
  void refusesABucketNameThatS3Forbids(String name) {
    ObjectStorage module =
        ObjectStorage.at("http://localhost:9000")
            .credentials("id", Secret.of("a secret that must not be shown"))
            .bucket(name);
    ConfigException refused =
        refused(
            ConfigException.class,
            () -> MlInfraConfig.forService("s").install(module).build(),
            "bucket",
            "'" + name + "'",
            "S3 bucket naming rules");
    assertThat(refused).hasMessageNotContaining("a secret that must not be shown");
  }

  @Test
  void reportsEveryFaultOfAConfigurationAtOnce() {
    ConfigException refused =
        refused(
            ConfigException.class,
            () ->
                MlInfraConfig.forService("a{b}")
                    .decisions(BufferOptions.builder().maxBatchRows(0).build())
                    .sampling(Sampling.of(2))
                    .events(BufferOptions.builder().linger(Duration.ZERO).build())
                    .install(Postgres.at("jdbc:postgresql://localhost/ml").schema(INJECTION))
                    .install(Postgres.at("http://elsewhere"))
                    .view(USER)
                    .view(USER)
                    .build(),
            "8 configuration faults: ");
    assertThat(refused.faults())
        .hasSize(8)
        .allSatisfy(line -> Message.assertClear(line, " but "))
        .anyMatch(line -> line.startsWith("decisions.maxBatchRows was 0 but must be"))
        .anyMatch(line -> line.startsWith("events.linger was PT0S but must be"))
        .anyMatch(line -> line.startsWith("module postgres was 'installed twice' but"));
  }

  @Test
  void namesTheModuleThatACallNeeds() {
    try (MlInfra bare = MlInfra.connect(MlInfraConfig.forService("bare").build())) {
      Map.<ThrowingCallable, String>of(
              bare::decisions, "ml-infra-postgres",
              bare::ensureSchema, "ml-infra-postgres",
              bare::patterns, "ml-infra-postgres",
              bare::events, "ml-infra-redis",
              bare::ensureStreams, "ml-infra-redis",
              bare::artifacts, "ml-infra-storage",
              bare::ensureBucket, "ml-infra-storage")
          .forEach((call, jar) -> refused(ModuleMissingException.class, call, "add " + jar));
    }
  }

  @Test
  void refusesPatternsThatCannotBeLearnedFrom() {
    refused(InvalidInputException.class, () -> LearnedPattern.of("", "k"), "pattern.kind", "blank");
    refused(
        InvalidInputException.class, () -> LearnedPattern.of("item", "a\0"), "pattern.key", "NUL");
    LearnedPattern good = LearnedPattern.of("item", "item-1");
    refused(
        InvalidInputException.class,
        () -> good.embedding(Float.NaN),
        "pattern.embedding",
        "NaN",
        "finite");
    refused(
        InvalidInputException.class,
        () -> good.support(1, 1.5),
        "pattern.confidence",
        "1.5",
        "[0, 1]");
    refused(
        InvalidInputException.class,
        () -> good.counters(Map.of("clicks", Double.NaN)),
        "pattern.counter clicks",
        "NaN",
        "finite");
  }

  private UUID logGood() {
    Decision good = Decision.by("ranker").action("item").build();
    assertThat(ml.decisions().log(good).accepted()).isTrue();
    return good.id();
  }

  private static <T extends MlInfraException> T refused(
      Class<T> kind, ThrowingCallable call, String... parts) {
    T thrown = catchThrowableOfType(kind, call);
    assertThat(thrown).as("a %s", kind.getSimpleName()).isNotNull();
    Message.assertClear(thrown.getMessage(), parts);
    return thrown;
  }

  private static Arguments bad(
      String what,
      UnaryOperator<DecisionBuilder> fault,
      String subject,
      String value,
      String rule) {
    return Arguments.of(what, fault, List.of(subject, value, rule));
  }

  private static Arguments row(FeatureRow.Builder bad, String... parts) {
    return Arguments.of(bad.build(), List.of(parts));
  }

  private static Instant nextYear() {
    return Instant.now().plus(Duration.ofDays(365));
  }
}
