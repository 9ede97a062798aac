package dev.mlinfra;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.spi.LoggedRow;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.testing.fake.Part;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a host sends to the sink of a fake. */
public final class SinkCalls {
  private SinkCalls() {}

  /** Whether each write said that it is the first attempt, in a list that grows. */
  public static List<Boolean> firstAttempts(FakeInfra fake) {
    List<Boolean> attempts = new CopyOnWriteArrayList<>();
    fake.before(Part.DECISION_SINK, call -> attempts.add(call.firstAttempt()));
    return attempts;
  }

  /** The numbers of what is stored. */
  public static List<Long> sequences(FakeInfra fake) {
    return fake.rows().stream().map(LoggedRow::sequence).toList();
  }

  /** Lets the sink refuse each batch with such an action, for good. */
  public static void refuse(FakeInfra fake, String action) {
    fake.before(
        Part.DECISION_SINK,
        call -> {
          if (call.items().stream()
              .anyMatch(
                  item ->
                      item instanceof LoggedRow<?> row
                          && row.value() instanceof Decision decision
                          && decision.action().equals(action))) {
            throw new CorruptDataException("action was refused by the test");
          }
        });
  }
}
