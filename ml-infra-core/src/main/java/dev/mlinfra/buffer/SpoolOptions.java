package dev.mlinfra.buffer;

import dev.mlinfra.spi.check.Faults;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A directory in which decisions and feedback wait for their store. Immutable; derive with the
 * fluent methods. The files are readable by the user of the process only and hold what the table
 * holds, unencrypted.
 *
 * @param directory of this process alone, on a local disk; made when it is missing
 * @param maxBytes what all its files may have together
 * @param replayRowsPerSecond at most so many rows of a backlog are stored in a second, so that a
 *     store that comes back is not drowned; more than the service logs, else the backlog stays
 * @param durability what an accepted row survives
 * @since 0.1
 */
public record SpoolOptions(
    Path directory, long maxBytes, int replayRowsPerSecond, Durability durability) {
  /**
   * Checks that nothing is null; ranges are checked when the configuration is built.
   *
   * @since 0.1
   */
  public SpoolOptions {
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(durability, "durability");
  }

  /**
   * Names the directory; 1 GiB, 50,000 rows a second and {@link Durability#MEMORY} unless changed.
   *
   * @param directory of this process alone
   * @return the options
   * @since 0.1
   */
  public static SpoolOptions in(Path directory) {
    return new SpoolOptions(directory, 1L << 30, 50_000, Durability.MEMORY);
  }

  /**
   * Changes {@link #maxBytes()}.
   *
   * @param bytes at least 1 MiB
   * @return a changed copy
   * @since 0.1
   */
  public SpoolOptions maxBytes(long bytes) {
    return new SpoolOptions(directory, bytes, replayRowsPerSecond, durability);
  }

  /**
   * Changes {@link #replayRowsPerSecond()}.
   *
   * @param rows 1 to 10,000,000
   * @return a changed copy
   * @since 0.1
   */
  public SpoolOptions replayRowsPerSecond(int rows) {
    return new SpoolOptions(directory, maxBytes, rows, durability);
  }

  /**
   * Changes {@link #durability()}.
   *
   * @param survives what an accepted row survives
   * @return a changed copy
   * @since 0.1
   */
  public SpoolOptions durability(Durability survives) {
    return new SpoolOptions(directory, maxBytes, replayRowsPerSecond, survives);
  }

  /**
   * Lists the rules that these options break.
   *
   * @param subject their name in messages, as {@code spool}
   * @return one line a fault, empty when all is well
   * @since 0.1
   */
  public List<String> faults(String subject) {
    return new Faults()
        .range(subject + ".maxBytes", maxBytes, 1 << 20, Long.MAX_VALUE / 2)
        .range(subject + ".replayRowsPerSecond", replayRowsPerSecond, 1, 10_000_000)
        .lines();
  }
}
