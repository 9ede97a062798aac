package dev.mlinfra.integration;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.buffer.Durability;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.event.ConsumerOptions;
import dev.mlinfra.event.Event;
import dev.mlinfra.event.EventConsumer;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.shadow.ShadowRun;
import dev.mlinfra.shadow.ShadowTally.Outcome;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingTelemetry;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything runs that has a thread, and each of these threads is interrupted again and again, as a
 * host may do by mistake. Afterwards all of them do their work as before.
 */
class StrayInterruptIT extends RedisFaults {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int INTERRUPTS = 100;

  /** Those that must not end; the others are pools whose idle threads do. */
  private static final Set<String> GO_ON =
      Set.of(
          "ml-infra-bootstrap",
          "ml-infra-consumer-workers",
          "ml-infra-decision-replay",
          "ml-infra-decision-rollup",
          "ml-infra-decision-writer",
          "ml-infra-event-publisher",
          "ml-infra-model-mirror",
          "ml-infra-pause-watch",
          "ml-infra-shadow-interrupted-forest/17",
          "ml-infra-shadow-watch-interrupted");

  @TempDir Path directory;
  private final Set<Thread> before = threads();

  @Override
  MlInfraConfig.Builder config() {
    return super.config()
        .start(Start.BACKGROUND)
        .spool(SpoolOptions.builder(directory).durability(Durability.SPOOL_FIRST).build())
        .install(new RecordingTelemetry())
        .install(new Mirror());
  }

  @Test
  void endsNoThreadOfTheLibraryAndMakesNoneSpin() {
    EventConsumer consumer =
        ml.events()
            .consume(
                "workers",
                ConsumerOptions.builder().claimAfter(Duration.ofSeconds(1)).build(),
                batch -> {});
    ShadowRun<Integer, String> run =
        ml.shadow("interrupted")
            .primary("rules", "3", (Integer n) -> "PASS")
            .candidate("forest", "17", n -> "PASS")
            .start();
    HostThreads host =
        HostThreads.start(
            1,
            Duration.ofMillis(5),
            () -> {
              ml.decisions().log(Decision.by("ranker").action("a").build());
              ml.events().publish(Event.of("click", "k"));
              run.decide(1);
            });
    Await.until("all threads have begun", () -> names(ours()).containsAll(GO_ON));
    Set<Thread> interrupted = ours();
    for (int i = 0; i < INTERRUPTS; i++) {
      interrupted.forEach(Thread::interrupt);
      LockSupport.parkNanos(2_000_000);
    }
    host.awaitCalls(20);
    host.stopUnharmed();

    assertThat(ml.decisions().flush(LONG)).isTrue();
    assertThat(ml.events().flush(LONG)).isTrue();
    assertThat(ml.decisions().ledger().dropped()).isEmpty();
    assertThat(
            new Sql(postgres)
                .ids("SELECT decision_id FROM ml_learning.agent_decisions WHERE agent = 'ranker'"))
        .hasSizeGreaterThanOrEqualTo(20);
    long published = ml.events().ledger().stored();
    Await.until("events are handled", () -> consumer.progress().handled() >= published);
    ml.models().register(NewModel.of("ranker", new Artifact("file:///m", "a".repeat(64), 3)));
    assertThat(ml.models().awaitMirror(LONG)).isTrue();
    long agreed = agreed(run);
    run.decide(1);
    Await.until("the candidate decides", () -> agreed(run) > agreed);
    redis("SET", "ml:control:paused", "true");
    Await.until("the pause is seen", () -> ml.paused());
    redis("DEL", "ml:control:paused");
    Await.until("its end is seen", () -> !ml.paused());
    long stored = count("SELECT count(*) FROM ml_learning.agent_decisions");
    Await.until(
        "all are counted",
        () ->
            count("SELECT coalesce(sum(decisions), 0) FROM ml_learning.ml_decision_metrics")
                >= stored);

    assertThat(names(interrupted.stream().filter(Thread::isAlive).collect(toSet())))
        .containsAll(GO_ON);
    assertRest(interrupted);
  }

  /** A thread that spins would use most of a processor, one that rests next to nothing of it. */
  private static void assertRest(Set<Thread> threads) {
    ThreadMXBean times = ManagementFactory.getThreadMXBean();
    Map<Thread, Long> used =
        threads.stream().collect(toMap(t -> t, t -> times.getThreadCpuTime(t.getId())));
    long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
    assertThat(threads)
        .filteredOn(Thread::isAlive)
        .allSatisfy(
            thread ->
                assertThat(
                        Duration.ofNanos(times.getThreadCpuTime(thread.getId()) - used.get(thread)))
                    .as(thread.getName())
                    .isLessThan(Duration.ofMillis(200)));
  }

  private Set<Thread> ours() {
    return threads().stream()
        .filter(thread -> thread.getName().startsWith("ml-infra-") && !before.contains(thread))
        .collect(toSet());
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet();
  }

  private static Set<String> names(Set<Thread> threads) {
    return threads.stream().map(Thread::getName).collect(toSet());
  }

  private static long agreed(ShadowRun<?, ?> run) {
    return run.tallies().get(0).count(Outcome.AGREED);
  }

  private static long count(String query) {
    return Long.parseLong(new Sql(postgres).column(query).get(0));
  }

  /** Takes all that it is given. */
  private static final class Mirror implements InfraModule, ModelMirror {
    @Override
    public String name() {
      return "mirror";
    }

    @Override
    public List<String> faults() {
      return List.of();
    }

    @Override
    public void open(Wiring wiring) {
      wiring.provide(ModelMirror.class, this);
    }

    @Override
    public ModelVersion.Mirrored mirror(ModelVersion version) {
      return new ModelVersion.Mirrored("run", "1");
    }

    @Override
    public void mirror(Promotion promotion, ModelVersion.Mirrored mirrored) {}
  }
}
