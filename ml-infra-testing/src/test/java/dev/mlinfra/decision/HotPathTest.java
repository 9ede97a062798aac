package dev.mlinfra.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.testing.fake.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@code log}, {@code feedback} and {@code activate} neither block nor throw, whatever happens. */
class HotPathTest {
  private final FakeInfra fake = FakeInfra.create();

  @Test
  void answersWhileTheStoreHangsAndTheBufferIsFull() throws Exception {
    fake.hang(Part.DECISION_SINK);
    try (MlInfra ml = connect()) {
      List<Status> answers = answers(ml.decisions(), 100);
      assertThat(answers).contains(Status.ACCEPTED, Status.DROPPED_FULL, Status.REJECTED);
      fake.heal();
    }
  }

  @Test
  void answersWhileTheStoreFailsInAStrangeWayAndAfterClose() throws Exception {
    fake.before(
        Part.DECISION_SINK,
        call -> {
          throw new StackOverflowError("by the test");
        });
    MlInfra ml = connect();
    assertThat(answers(ml.decisions(), 100)).contains(Status.ACCEPTED);
    ml.pause();
    assertThat(answers(ml.decisions(), 1)).containsOnly(Status.PAUSED, Status.REJECTED);
    ml.resume();
    ml.close();
    assertThat(answers(ml.decisions(), 1)).containsOnly(Status.CLOSED, Status.REJECTED);
  }

  /** One call after the other on a thread of its own, with what is right and what breaks rules. */
  private static List<Status> answers(DecisionLog log, int rounds) throws Exception {
    return CompletableFuture.supplyAsync(
            () -> {
              List<Acceptance> answers = new ArrayList<>();
              for (int i = 0; i < rounds; i++) {
                offer(log, answers);
              }
              return answers.stream().map(Acceptance::status).distinct().toList();
            })
        .get(20, TimeUnit.SECONDS);
  }

  @SuppressWarnings("NullAway") // a host in another language may pass null
  private static void offer(DecisionLog log, List<Acceptance> answers) {
    UUID id = UUID.randomUUID();
    answers.add(log.log(Decision.by("agent").action("a").build()));
    answers.add(log.log(Decision.by("agent").action("a").propensity(-1).build()));
    answers.add(log.log(null));
    answers.add(log.feedback(Feedback.of(id, 1)));
    answers.add(log.feedback((Feedback) null));
    answers.add(log.feedback(id, Double.NaN));
    answers.add(log.feedback(null, 1));
    answers.add(log.activate(Activation.of(id)));
    answers.add(log.activate((Activation) null));
    answers.add(log.activate((UUID) null));
  }

  private MlInfra connect() {
    BufferOptions small =
        BufferOptions.builder().maxQueuedRows(8).closeTimeout(Duration.ofMillis(1)).build();
    return MlInfra.connect(
        MlInfraConfig.forService("test")
            .decisions(small)
            .install(fake.only(DecisionSink.class, RecentDecisions.class))
            .build());
  }
}
