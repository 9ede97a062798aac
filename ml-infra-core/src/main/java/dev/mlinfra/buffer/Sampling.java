package dev.mlinfra.buffer;

import dev.mlinfra.spi.check.Faults;
import java.util.List;

/**
 * Which share of the decisions is kept, by hash of the decision id; the rest is counted as sampled
 * out. Each is stored with the share that held for it, so that what is estimated stays unbiased.
 *
 * @param rate share that is kept, with its feedback, in (0, 1]
 * @param byLoad whether the share of decisions is halved each time that half of the remaining room
 *     of the buffer is used up, from half of it on; what a full buffer drops is whatever comes
 *     then, and an estimate from the rest is biased when that is like something
 * @since 0.1
 */
public record Sampling(double rate, boolean byLoad) {
  private static final Sampling ALL = of(1);

  /**
   * Keeps all.
   *
   * @return the default
   * @since 0.1
   */
  public static Sampling all() {
    return ALL;
  }

  /**
   * Keeps a share.
   *
   * @param rate in (0, 1]; checked when the configuration is built
   * @return a sampling that does not look at the load
   * @since 0.1
   */
  public static Sampling of(double rate) {
    return new Sampling(rate, false);
  }

  /**
   * Changes {@link #byLoad()}.
   *
   * @param on false unless set
   * @return a changed copy
   * @since 0.1
   */
  public Sampling byLoad(boolean on) {
    return new Sampling(rate, on);
  }

  /**
   * Lists the rules that it breaks.
   *
   * @param subject what is sampled, as {@code decisions}
   * @return one line a fault, empty when all is well
   * @since 0.1
   */
  public List<String> faults(String subject) {
    Faults faults = new Faults();
    if (!(rate > 0 && rate <= 1)) {
      faults.add(subject + ".sampleRate", rate, "must be in (0, 1]", "use 1 to keep all");
    }
    return faults.lines();
  }
}
