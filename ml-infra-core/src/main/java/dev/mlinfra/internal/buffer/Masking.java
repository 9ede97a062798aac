package dev.mlinfra.internal.buffer;

import dev.mlinfra.spi.runtime.LogThrottle;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host's mask in front of a buffer. Whatever goes wrong in it is a fault of the value, told
 * without the text of an exception, which may quote what had to be masked.
 */
public final class Masking<T> {
  private static final Logger LOG = LoggerFactory.getLogger(Masking.class);

  private final String subject;
  private final UnaryOperator<T> mask;
  private final BiPredicate<T, T> sameIdentity;
  private final LogThrottle refusals = new LogThrottle();

  /** Makes one whose faults have a subject, as {@code decision.mask}. */
  public Masking(String subject, UnaryOperator<T> mask, BiPredicate<T, T> sameIdentity) {
    this.subject = subject;
    this.mask = mask;
    this.sameIdentity = sameIdentity;
  }

  @SuppressWarnings("CatchingUnchecked") // a faulty mask must not let anything through
  Masked<T> apply(T value, RowKind<T> kind) {
    try {
      T masked = mask.apply(value);
      if (masked == null) {
        return refused("returned null but must return what may be stored");
      }
      if (!sameIdentity.test(value, masked)) {
        return refused("changed an id or a time but must keep them");
      }
      Optional<String> fault = kind.fault(masked);
      return fault.isPresent() ? new Masked<>(null, fault.get()) : new Masked<>(masked, "");
    } catch (Throwable e) {
      return refused(
          "threw " + e.getClass().getSimpleName() + " but must return what may be stored");
    }
  }

  private Masked<T> refused(String what) {
    String fault = subject + " " + what + "; correct the mask";
    refusals.again(times -> LOG.warn("{} ({} times); nothing is stored unmasked", fault, times));
    return new Masked<>(null, fault);
  }

  /** What may be stored, or null and why. */
  record Masked<T>(@Nullable T value, String fault) {}
}
