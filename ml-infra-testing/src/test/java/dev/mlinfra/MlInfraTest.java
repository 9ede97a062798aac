package dev.mlinfra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ModuleMissingException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.StreamAdmin;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.fake.FakeInfra;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MlInfraTest {
  @Test
  void namesTheArtifactThatAClientNeeds() {
    try (MlInfra ml = MlInfra.connect(MlInfraConfig.forService("test").build())) {
      assertThatThrownBy(ml::decisions)
          .isInstanceOf(ModuleMissingException.class)
          .hasMessage(
              "decisions() needs a module that provides it; add ml-infra-postgres and"
                  + " install(Postgres.at(url))");
      assertThatThrownBy(ml::events).hasMessageContaining("ml-infra-redis");
      assertThatThrownBy(ml::artifacts).hasMessageContaining("ml-infra-storage");
      assertThatThrownBy(ml::ensureSchema).hasMessageContaining("ml-infra-postgres");
      assertThat(ml.health().healthy()).isTrue();
    }
  }

  @Test
  void reportsAllFaultsOfAConfigurationAtOnce() {
    FeatureView view = FeatureView.named("user").number("x").build();
    assertThatThrownBy(
            () ->
                MlInfraConfig.forService("no spaces please")
                    .decisions(BufferOptions.builder().maxBatchRows(0).build())
                    .sampling(Sampling.of(Double.NaN))
                    .install(new TestModule("postgres", List.of("postgres.url was wrong"), w -> {}))
                    .install(new TestModule("postgres", List.of(), w -> {}))
                    .view(view)
                    .view(view)
                    .build())
        .isInstanceOfSatisfying(
            ConfigException.class,
            e ->
                assertThat(e.faults())
                    .hasSize(6)
                    .anyMatch(line -> line.startsWith("service was 'no spaces please'"))
                    .anyMatch(
                        line ->
                            line.equals(
                                "decisions.maxBatchRows was 0 but must be 1 to 100000; pass a value"
                                    + " in that range"))
                    .anyMatch(line -> line.startsWith("decisions.sampleRate was NaN"))
                    .anyMatch(line -> line.equals("postgres.url was wrong"))
                    .anyMatch(line -> line.startsWith("module postgres"))
                    .anyMatch(line -> line.startsWith("feature view user")));
  }

  @Test
  void refusesDurationsThatDoNotFitInNanoseconds() {
    Duration ages = Duration.ofDays(400_000);
    assertThatThrownBy(
            () ->
                MlInfraConfig.forService("test")
                    .decisions(
                        BufferOptions.builder()
                            .linger(ages)
                            .backoff(Duration.ofMillis(1), ages)
                            .closeTimeout(ages)
                            .build())
                    .build())
        .isInstanceOfSatisfying(
            ConfigException.class,
            e ->
                assertThat(e.faults())
                    .hasSize(3)
                    .contains(
                        "decisions.closeTimeout was PT9600000H but must be at most 50000 days; pass"
                            + " a shorter duration"));
  }

  @Test
  void closesWhatWasOpenedWhenTheRestFails() {
    AtomicInteger closed = new AtomicInteger();
    MlInfraConfig config =
        MlInfraConfig.forService("test")
            .install(
                TestModule.of(
                    "m",
                    wiring -> {
                      wiring.onClose(closed::incrementAndGet);
                      wiring.probe(new NamelessProbe());
                    }))
            .build();
    assertThatThrownBy(() -> MlInfra.connect(config)).hasMessage("by the test");
    assertThat(closed).hasValue(1);
  }

  @Test
  void closesWhatWasOpenedWhenAModuleLacksAClass() {
    AtomicInteger closed = new AtomicInteger();
    MlInfraConfig config =
        MlInfraConfig.forService("test")
            .install(TestModule.of("one", wiring -> wiring.onClose(closed::incrementAndGet)))
            .install(
                TestModule.of(
                    "two",
                    wiring -> {
                      throw new NoClassDefFoundError("by the test");
                    }))
            .build();
    assertThatThrownBy(() -> MlInfra.connect(config)).isInstanceOf(NoClassDefFoundError.class);
    assertThat(closed).hasValue(1);
  }

  @Test
  void asksMoreComponentsThanItHasThreads() {
    CountDownLatch together = new CountDownLatch(16);
    HealthProbe slow = new MeetingProbe(together);
    MlInfra ml =
        MlInfra.connect(
            MlInfraConfig.forService("test")
                .start(Start.BACKGROUND)
                .install(
                    TestModule.of("m", w -> IntStream.range(0, 40).forEach(i -> w.probe(slow))))
                .build());
    assertThat(ml.health(Duration.ofSeconds(20)).healthy()).isTrue();
    ml.close();
    assertThat(ml.health().components().get(0).detail())
        .isEqualTo("health was called after close but needs an open MlInfra; connect again");
  }

  @Test
  void checksHealthWithoutALimitOfTime() {
    try (MlInfra ml =
        MlInfra.connect(
            MlInfraConfig.forService("test")
                .install(TestModule.of("m", w -> w.probe(TestModule.probe("p", Status.UP))))
                .build())) {
      assertThat(ml.health(Duration.ofSeconds(Long.MAX_VALUE)).healthy()).isTrue();
    }
  }

  @Test
  void refusesTwoProvidersOfOnePartAndClosesWhatWasOpened() {
    DecisionSink store = RecordingWiring.opened(FakeInfra.create()).part(DecisionSink.class);
    AtomicInteger closed = new AtomicInteger();
    MlInfraConfig config =
        MlInfraConfig.forService("test")
            .install(
                TestModule.of(
                    "one",
                    wiring -> {
                      wiring.provide(DecisionSink.class, store);
                      wiring.onClose(closed::incrementAndGet);
                    }))
            .install(TestModule.of("two", wiring -> wiring.provide(DecisionSink.class, store)))
            .build();
    assertThatThrownBy(() -> MlInfra.connect(config))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "DecisionSink was provided by one and by two but must have one provider; install only"
                + " one of them");
    assertThat(closed).hasValue(1);
  }

  @Test
  void failsFastWhenAServerIsDownAndNamesIt() {
    MlInfraConfig.Builder config =
        MlInfraConfig.forService("test")
            .install(TestModule.of("m", w -> w.probe(TestModule.probe("postgres", Status.DOWN))));
    assertThatThrownBy(() -> MlInfra.connect(config.build()))
        .isInstanceOf(UnavailableException.class)
        .hasMessageStartingWith("connect failed because of postgres: as the test says; ");
    try (MlInfra ml = MlInfra.connect(config.start(Start.BACKGROUND).build())) {
      assertThat(ml.health().healthy()).isFalse();
    }
  }

  @Test
  void connectsToAServerThatIsUpAtTheSecondLook() {
    Iterator<HealthProbe> looks =
        List.of(
                TestModule.probe("postgres", ComponentHealth.Status.DOWN),
                TestModule.probe("postgres", ComponentHealth.Status.UP))
            .iterator();
    HealthProbe coming =
        new HealthProbe() {
          @Override
          public String component() {
            return "postgres";
          }

          @Override
          public ComponentHealth check(Duration budget) {
            return looks.next().check(budget);
          }

          @Override
          public List<InventoryItem> inventory() {
            return List.of();
          }
        };
    MlInfraConfig config =
        MlInfraConfig.forService("ranker")
            .install(TestModule.of("postgres", wiring -> wiring.probe(coming)))
            .build();
    MlInfra.connect(config).close();
    assertThat(looks).isExhausted();
  }

  @Test
  void bootstrapsInTheBackgroundUntilEachStepSucceedsAndLetsNoneWaitForAnother() {
    AtomicInteger attempts = new AtomicInteger();
    List<String> done = new CopyOnWriteArrayList<>();
    MlInfraConfig config =
        MlInfraConfig.forService("test")
            .start(Start.BACKGROUND)
            .install(
                TestModule.of(
                    "m",
                    wiring -> {
                      wiring.provide(
                          StreamAdmin.class,
                          () -> {
                            if (attempts.incrementAndGet() < 3) {
                              throw new UnavailableException("broker was taken down by the test");
                            }
                            done.add("streams");
                          });
                      wiring.provide(BucketAdmin.class, () -> done.add("bucket"));
                    }))
            .build();
    try (MlInfra ml = MlInfra.connect(config)) {
      ml.ensureStreams().ensureBucket();
      Await.until(
          "bootstrap is done",
          () ->
              ml.health().components().stream()
                  .allMatch(component -> component.status() == Status.UP));
      assertThat(done).containsExactly("bucket", "streams");
    }
  }

  @Test
  void callsAProbeThatDoesNotAnswerDown() {
    MlInfraConfig config =
        MlInfraConfig.forService("test")
            .start(Start.BACKGROUND)
            .install(
                TestModule.of(
                    "m",
                    wiring -> {
                      wiring.probe(TestModule.probe("good", Status.UP));
                      wiring.probe(new HangingProbe());
                    }))
            .build();
    try (MlInfra ml = MlInfra.connect(config)) {
      assertThat(ml.health(Duration.ofMillis(50)).components())
          .extracting(health -> health.component() + " " + health.status())
          .containsExactly("good UP", "hanging DOWN", "bootstrap UP");
      assertThat(ml.inventory()).extracting(item -> item.component()).containsExactly("good");
    }
  }

  @Test
  void closesResourcesInReverseOrderOnce() {
    List<String> closed = new ArrayList<>();
    MlInfra ml =
        MlInfra.connect(
            MlInfraConfig.forService("test")
                .install(
                    TestModule.of(
                        "m",
                        wiring -> {
                          wiring.onClose(() -> closed.add("first"));
                          wiring.onClose(
                              () -> {
                                throw new IllegalStateException("by the test");
                              });
                          wiring.onClose(() -> closed.add("last"));
                        }))
                .build());
    ml.close();
    ml.close();
    assertThat(closed).containsExactly("last", "first");
  }

  @Test
  void readsPlainConfigurationAndRefusesWhatItDoesNotKnow() {
    assertThat(MlInfraConfig.fromVariables(Map.of("ML_INFRA_SERVICE", "ranker")).service())
        .isEqualTo("ranker");
    assertThatThrownBy(
            () ->
                MlInfraConfig.fromVariables(
                    Map.of("ML_INFRA_POSTGRES_URL", "x", "ML_INFRA_TYPO", "y", "PATH", "/bin")))
        .isInstanceOfSatisfying(
            ConfigException.class,
            e ->
                assertThat(e.faults())
                    .containsExactlyInAnyOrder(
                        "ML_INFRA_POSTGRES_URL was set but its module is not on the classpath; add"
                            + " the artifact dev.mlinfra:ml-infra-postgres",
                        "ML_INFRA_TYPO was set but is not known; correct its name or unset it",
                        "ML_INFRA_SERVICE was not set but must name this service; export"
                            + " ML_INFRA_SERVICE=name"));
    assertThatThrownBy(
            () ->
                MlInfraConfig.fromVariables(
                    Map.of("ML_INFRA_SERVICE", "s", "ML_INFRA_START", "slowly")))
        .hasMessageStartingWith("ML_INFRA_START was 'slowly'");
  }
}
