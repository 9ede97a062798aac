package dev.mlinfra.testing.fake;

import dev.mlinfra.privacy.ErasureReceipt;
import dev.mlinfra.spi.ErasureStore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** Forgets what the sink stored. */
final class FakeErasureStore implements ErasureStore {
  private final Faulty faulty;
  private final FakeDecisionSink sink;
  private final Clock clock;

  FakeErasureStore(Faulty faulty, FakeDecisionSink sink, Clock clock) {
    this.faulty = faulty;
    this.sink = sink;
    this.clock = clock;
  }

  @Override
  public Request begin(String subject, Instant decidedUntil) {
    return faulty.call(
        Part.DECISION_SINK,
        () -> {
          long heldBack = sink.heldBack(subject);
          Instant now = clock.instant();
          sink.keepOut(subject, decidedUntil.isAfter(now) ? decidedUntil : now);
          return new Begun(subject, heldBack);
        });
  }

  private final class Begun implements Request {
    private final String subject;
    private final long heldBackBefore;
    private long decisions;
    private long feedback;

    Begun(String subject, long heldBackBefore) {
      this.subject = subject;
      this.heldBackBefore = heldBackBefore;
    }

    @Override
    public void delete() {
      faulty.call(
          Part.DECISION_SINK,
          () -> {
            decisions += sink.deleteDecisions(subject);
            feedback += sink.deleteFeedback(subject);
            return decisions;
          });
    }

    @Override
    public void decisions(Consumer<List<UUID>> reader) {
      reader.accept(sink.forgotten(subject));
    }

    @Override
    public ErasureReceipt end(long recent, long waiting) {
      return new ErasureReceipt(
          UUID.randomUUID(),
          UUID.nameUUIDFromBytes(subject.getBytes(StandardCharsets.UTF_8)).toString(),
          clock.instant(),
          decisions,
          sink.heldBack(subject) - heldBackBefore,
          feedback,
          0,
          recent,
          waiting);
    }
  }
}
