package dev.mlinfra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.event.ConsumerOptions;
import dev.mlinfra.event.Event;
import dev.mlinfra.event.EventConsumer;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.testing.fake.Part;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** An interrupt that nobody of the library sent ends none of its threads and makes none spin. */
class StrayInterruptTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int INTERRUPTS = 20;

  private final FakeInfra fake = FakeInfra.create();

  @Test
  void mirrorsOnAfterInterrupts() {
    List<Object> mirrored = new CopyOnWriteArrayList<>();
    fake.after(Part.MODEL_MIRROR, call -> mirrored.addAll(call.items()));
    MlInfraConfig config = MlInfraConfig.forService("test").install(fake).build();
    try (MlInfra ml = MlInfra.connect(config)) {
      assertThat(ml.models().awaitMirror(LONG)).isTrue();
      interrupt("ml-infra-model-mirror");
      assertRests("ml-infra-model-mirror");
      ml.models().register(NewModel.of("ranker", new Artifact("file:///m", "a".repeat(64), 3)));
      assertThat(ml.models().awaitMirror(LONG)).isTrue();
      assertThat(mirrored).hasSize(1);
    }
  }

  @Test
  void makesTheSchemaInTheBackgroundAfterInterrupts() {
    AtomicInteger attempts = new AtomicInteger();
    AtomicBoolean made = new AtomicBoolean();
    fake.before(Part.SCHEMA_ADMIN, call -> attempts.incrementAndGet());
    fake.after(Part.SCHEMA_ADMIN, call -> made.set(true));
    fake.fail(Part.SCHEMA_ADMIN);
    MlInfraConfig config =
        MlInfraConfig.forService("test").start(Start.BACKGROUND).install(fake).build();
    try (MlInfra ml = MlInfra.connect(config)) {
      ml.ensureSchema();
      Await.until("tried", () -> attempts.get() > 0);
      interrupt("ml-infra-bootstrap");
      assertRests("ml-infra-bootstrap");
      fake.heal();
      Await.until("made", made::get);
    }
  }

  @Test
  void consumesAfterInterruptsWhilePaused() {
    MlInfraConfig config = MlInfraConfig.forService("test").install(fake).build();
    try (MlInfra ml = MlInfra.connect(config)) {
      ml.pause();
      EventConsumer consumer =
          ml.events().consume("workers", ConsumerOptions.defaults(), batch -> {});
      interrupt("ml-infra-consumer-workers");
      assertRests("ml-infra-consumer-workers");
      ml.resume();
      ml.events().publish(Event.of("t", "k"));
      Await.until("handled", () -> consumer.progress().handled() == 1);
    }
  }

  private static void interrupt(String name) {
    Thread thread = thread(name);
    for (int i = 0; i < INTERRUPTS; i++) {
      thread.interrupt();
      LockSupport.parkNanos(1_000_000);
    }
    Await.until("the last interrupt was seen", () -> !thread.isInterrupted());
    assertThat(thread.isAlive()).as(name + " goes on").isTrue();
  }

  /** A thread that spins would use most of the time, one that rests next to nothing of it. */
  private static void assertRests(String name) {
    long id = thread(name).getId();
    long before = ManagementFactory.getThreadMXBean().getThreadCpuTime(id);
    long end = System.nanoTime() + 1_000_000_000;
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
    long used = ManagementFactory.getThreadMXBean().getThreadCpuTime(id) - before;
    assertThat(Duration.ofNanos(used)).as("used by " + name).isLessThan(Duration.ofMillis(100));
  }

  private static Thread thread(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(name))
        .findAny()
        .orElseThrow(() -> new AssertionError("no thread " + name));
  }
}
