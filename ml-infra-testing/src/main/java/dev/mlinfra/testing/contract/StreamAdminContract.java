package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.event.Event;
import dev.mlinfra.event.EventStreams;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.StreamAdmin;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every {@link StreamAdmin} promises of the streams of the {@link EventBroker} beside it.
 *
 * @since 0.1
 */
public abstract class StreamAdminContract extends Contract {
  /** For who extends it. */
  protected StreamAdminContract() {}

  @Test
  void ensuresAsOftenAsOneLikesAndLosesNothing() {
    part(StreamAdmin.class).ensure();
    part(EventBroker.class).append(List.of(Event.of("t", "k")), true);
    part(StreamAdmin.class).ensure();

    try (EventBroker.Subscription late = part(EventBroker.class).subscribe(unique("late"), "one")) {
      assertThat(late.read(1, SOON)).hasSize(1);
    }
  }

  @Test
  void leavesWhatTheGroupHasNotHandledWhereItIs() {
    part(StreamAdmin.class).ensure();
    part(EventBroker.class).append(List.of(Event.of("t", "k")), true);
    try (EventBroker.Subscription worker =
        part(EventBroker.class).subscribe(EventStreams.DEFAULT_GROUP, "one")) {
      List<EventBroker.Entry> got = worker.read(1, SOON);
      part(StreamAdmin.class).ensure();

      assertThat(worker.claim(Duration.ZERO, 100))
          .extracting(EventBroker.Entry::id)
          .contains(got.get(0).id());
    }
  }
}
