package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.redis.Redis;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingTelemetry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What real servers refuse, and what the host is told about it. */
class RefusalIT {
  private static final BufferOptions QUICK =
      BufferOptions.builder()
          .linger(Duration.ofMillis(5))
          .backoff(Duration.ofMillis(20), Duration.ofMillis(200))
          .closeTimeout(Duration.ofSeconds(2))
          .build();

  private static Stack stack;
  private static Sql sql;

  private final String canary = "canary-" + UUID.randomUUID();

  @BeforeAll
  static void start() {
    stack = Servers.CHOSEN.start();
    sql = new Sql(stack.postgres());
    try (MlInfra ml = MlInfra.connect(stack.config())) {
      ml.ensureSchema();
    }
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @Test
  void refusesAWrongPasswordOfPostgresWithoutShowingIt() {
    Postgres module = Postgres.at(stack.jdbcUrl()).user("postgres").password(Secret.of(canary));
    MlInfraException refused =
        refused(
            MlInfraException.class,
            () -> MlInfra.connect(config().install(module).build()),
            "postgres",
            "28P01",
            "check user and password");
    Leaks.assertNowhere(canary, refused);
    assertThat(module.toString()).doesNotContain(canary);
  }

  @Test
  void refusesAWrongPasswordOfRedisWithoutShowingIt() {
    Redis module = Redis.at(stack.redis().url()).password(Secret.of(canary));
    MlInfraException refused =
        refused(
            MlInfraException.class,
            () -> MlInfra.connect(config().install(module).build()),
            "redis",
            "WRONGPASS",
            "check user and password");
    Leaks.assertNowhere(canary, refused);
    assertThat(module.toString()).doesNotContain(canary);
  }

  @Test
  void keepsWhatWasLoggedUnderAWrongPasswordUntilThePasswordIsRight() {
    sql.run("CREATE ROLE rotating LOGIN SUPERUSER PASSWORD 'before-" + canary + "'");
    Postgres module =
        Postgres.at(stack.jdbcUrl())
            .user("rotating")
            .password(Secret.of(canary))
            .connectTimeout(Duration.ofSeconds(3));
    RecordingTelemetry meters = new RecordingTelemetry();
    try (MlInfra ml =
        MlInfra.connect(config().install(module).install(meters).start(Start.BACKGROUND).build())) {
      DecisionProducer producer = new DecisionProducer(ml.decisions(), "rotating");
      LedgerChecker checker = new LedgerChecker(ml.decisions()::ledger);
      HostThreads host = HostThreads.start(2, producer);
      Await.until(
          "a write is refused",
          () ->
              meters.value(dev.mlinfra.telemetry.Instrument.BUFFER_WRITE_FAILURES, "decision") > 0);
      sql.run("ALTER ROLE rotating PASSWORD '" + canary + "'");
      host.awaitCalls(100);
      host.stopUnharmed();
      assertThat(ml.decisions().flush(Duration.ofSeconds(60))).isTrue();
      checker.settle(
          producer.answers(),
          sql.ids("SELECT decision_id FROM ml_learning.agent_decisions WHERE agent = 'rotating'"),
          List.of());
    }
    Leaks.assertNotLogged(canary);
  }

  @Test
  void saysWhichPortDoesNotAnswer() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    refused(
        UnavailableException.class,
        () ->
            MlInfra.connect(
                config()
                    .install(Postgres.at("jdbc:postgresql://127.0.0.1:" + closed + "/ml"))
                    .build()),
        "postgres '127.0.0.1:" + closed + "/ml'",
        "check that the server runs",
        "Start.BACKGROUND");
    refused(
        UnavailableException.class,
        () -> MlInfra.connect(config().install(Redis.at("redis://127.0.0.1:" + closed)).build()),
        "redis '127.0.0.1:" + closed + "'",
        "check that the server runs",
        "Start.BACKGROUND");
  }

  @Test
  void givesUpAPortThatTakesConnectionsAndSaysNothing() {
    try (FaultProxy proxy = new FaultProxy(stack.postgres().port())) {
      proxy.silence();
      Postgres module =
          Postgres.at("jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres")
              .user("postgres")
              .connectTimeout(Duration.ofSeconds(1));
      refused(
          UnavailableException.class,
          () -> MlInfra.connect(config().install(module).build()),
          "127.0.0.1:" + proxy.port() + "/postgres",
          "check that the server runs");
    }
  }

  @Test
  void refusesADatabaseThatIsNotThere() {
    Postgres module =
        Postgres.at(stack.jdbcUrl().replaceFirst("/postgres$", "/nowhere"))
            .user(stack.postgres().user())
            .password(stack.postgres().password());
    refused(
        UnavailableException.class,
        () -> MlInfra.connect(config().install(module).build()),
        "nowhere",
        "3D000",
        "create the database or correct the URL");
  }

  @Test
  void refusesToMakeASchemaWithoutTheRightTo() {
    sql.run("CREATE ROLE reader LOGIN PASSWORD '" + canary + "'");
    Postgres module =
        Postgres.at(stack.jdbcUrl())
            .user("reader")
            .password(Secret.of(canary))
            .schema("forbidden_here");
    try (MlInfra ml = MlInfra.connect(config().install(module).build())) {
      ConfigException refused =
          refused(
              ConfigException.class,
              ml::ensureSchema,
              "role 'reader' was without the right to create schema 'forbidden_here'",
              "42501",
              "GRANT CREATE ON DATABASE ",
              " TO reader, or have a DBA run exportDdl()");
      Leaks.assertNowhere(canary, refused);
    }
    assertThat(sql.column("SELECT nspname FROM pg_namespace WHERE nspname = 'forbidden_here'"))
        .isEmpty();
  }

  @Test
  void refusesASchemaOfANewerRelease() {
    Postgres module = postgres().schema("from_the_future");
    try (MlInfra ml = MlInfra.connect(config().install(module).build())) {
      ml.ensureSchema().verifySchema();
      sql.run(
          "INSERT INTO from_the_future.schema_history (version, name, checksum)"
              + " VALUES (999, 'not yet written', 'unknown')");
      for (ThrowingCallable call : List.<ThrowingCallable>of(ml::ensureSchema, ml::verifySchema)) {
        refused(
            ConfigException.class,
            call,
            "schema 'from_the_future' was at version 999",
            "knows versions up to",
            "use the release of ml-infra that made it");
      }
    }
  }

  @Test
  void refusesASchemaThatIsNotMadeYet() {
    try (MlInfra ml = MlInfra.connect(config().install(postgres().schema("not_made")).build())) {
      refused(ConfigException.class, ml::verifySchema, "schema 'not_made'", "call ensureSchema()");
    }
  }

  @Test
  void refusesAServerThatWouldEvictTheStream() {
    try (RespClient client = new RespClient(stack.redis());
        MlInfra ml = MlInfra.connect(config().install(redis()).build())) {
      client.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
      try {
        refused(
            ConfigException.class,
            ml::ensureStreams,
            "redis.maxmemory-policy was 'allkeys-lru'",
            "must not evict",
            "CONFIG SET maxmemory-policy volatile-lru");
      } finally {
        client.call("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
      }
      ml.ensureStreams();
    }
  }

  @Test
  void refusesAnArtifactWhoseBytesChangedAndReadsItsNeighbours() throws IOException {
    try (MlInfra ml = MlInfra.connect(stack.config())) {
      ml.ensureBucket();
      byte[] kept = "weights of another model".getBytes(StandardCharsets.UTF_8);
      Artifact neighbour = ml.artifacts().put(new ByteArrayInputStream(kept));
      Artifact changed = ml.artifacts().put(new ByteArrayInputStream(new byte[] {1, 2, 3}));
      Path file = stack.artifacts().resolve(Artifact.keyOf(changed.sha256()));
      assertThat(file).hasBinaryContent(new byte[] {1, 2, 3});
      file.toFile().setWritable(true);
      Files.write(file, new byte[] {1, 2, 4});

      Path target = stack.directory().resolve("downloaded");
      refused(CorruptDataException.class, () -> ml.artifacts().read(changed), changed.sha256());
      refused(
          CorruptDataException.class,
          () -> ml.artifacts().download(changed, target),
          changed.sha256());
      assertThat(target).doesNotExist();
      assertThat(ml.artifacts().read(neighbour)).isEqualTo(kept);
    }
  }

  @Test
  void storesAHostileTextAsTheTextItIs() {
    String hostile =
        "x\"; DROP SCHEMA ml_learning CASCADE; -- '); \\ \t\n{} ${x} \u202e\ud83d\ude00";
    try (MlInfra ml = MlInfra.connect(config().install(postgres()).build())) {
      DecisionProducer producer = new DecisionProducer(ml.decisions(), hostile);
      UUID id = producer.log(hostile).id();
      ml.decisions().feedback(dev.mlinfra.decision.Feedback.of(id, 1).kind(hostile).label(hostile));
      assertThat(ml.decisions().flush(Duration.ofSeconds(30))).isTrue();
      assertThat(
              sql.column(
                  "SELECT action FROM ml_learning.agent_decisions"
                      + " WHERE decision_id = ? AND agent = ?",
                  id,
                  hostile))
          .containsExactly(hostile);
      assertThat(
              sql.column(
                  "SELECT label FROM ml_learning.agent_feedback WHERE decision_id = ? AND kind = ?",
                  id,
                  hostile))
          .containsExactly(hostile);
    }
  }

  private static Postgres postgres() {
    return Postgres.at(stack.jdbcUrl())
        .user(stack.postgres().user())
        .password(stack.postgres().password());
  }

  private static Redis redis() {
    return Redis.at(stack.redis().url()).password(stack.redis().password());
  }

  private static MlInfraConfig.Builder config() {
    return MlInfraConfig.forService("refused").decisions(QUICK);
  }

  private static <T extends MlInfraException> T refused(
      Class<T> kind, ThrowingCallable call, String... parts) {
    T thrown = catchThrowableOfType(kind, call);
    assertThat(thrown).as("a %s", kind.getSimpleName()).isNotNull();
    Message.assertClear(thrown.getMessage(), parts);
    return thrown;
  }
}
