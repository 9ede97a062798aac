package dev.mlinfra.buffer;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.settings.Option;
import dev.mlinfra.spi.settings.Options;
import dev.mlinfra.spi.settings.Settings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory in which decisions and feedback wait for their store. Immutable and thread-safe. The
 * files are readable by the user of the process only and hold what the table holds, unencrypted.
 *
 * @since 0.1
 */
public final class SpoolOptions {
  private static final Option<Path> PATH = Option.path("path");
  private static final Option<Long> MAX_BYTES =
      Option.number("max_bytes", 1L << 30, 1 << 20, Long.MAX_VALUE / 2);
  private static final Option<Integer> REPLAY_ROWS_PER_SECOND =
      Option.count("replay_rows_per_second", 50_000, 1, 10_000_000);
  private static final Option<Durability> DURABILITY =
      Option.choice("durability", Durability.MEMORY);
  private static final List<Option<?>> ALL =
      List.of(PATH, MAX_BYTES, REPLAY_ROWS_PER_SECOND, DURABILITY);

  private final Options chosen;

  private SpoolOptions(Options chosen) {
    this.chosen = chosen;
  }

  /**
   * Names the directory and keeps the defaults: 1 GiB, 50,000 rows a second and {@link
   * Durability#MEMORY}.
   *
   * @param directory of this process alone, on a local disk; made when it is missing
   * @return the options
   * @since 0.1
   */
  public static SpoolOptions of(Path directory) {
    return builder(directory).build();
  }

  /**
   * Names the directory; 1 GiB, 50,000 rows a second and {@link Durability#MEMORY} unless changed.
   *
   * @param directory of this process alone, on a local disk; made when it is missing
   * @return a builder; not thread-safe
   * @since 0.1
   */
  public static Builder builder(Path directory) {
    return new Builder(Options.none().with(PATH, directory));
  }

  /**
   * Reads what plain settings say, by the names of these options in lower case.
   *
   * @param settings a section with a {@code path}
   * @return the options
   * @throws ConfigException with every value that cannot be read, or without a path
   * @since 0.1
   */
  public static SpoolOptions from(Settings settings) {
    settings.required("path");
    return new SpoolOptions(Options.none().read(settings, ALL));
  }

  /**
   * Starts from these options.
   *
   * @return a builder; not thread-safe
   * @since 0.1
   */
  public Builder toBuilder() {
    return new Builder(chosen);
  }

  /**
   * Returns the directory.
   *
   * @return of this process alone
   * @since 0.1
   */
  public Path directory() {
    return chosen.get(PATH);
  }

  /**
   * Returns what all its files may have together.
   *
   * @return bytes
   * @since 0.1
   */
  public long maxBytes() {
    return chosen.get(MAX_BYTES);
  }

  /**
   * Returns how many rows of a backlog are stored in a second at most.
   *
   * @return rows
   * @since 0.1
   */
  public int replayRowsPerSecond() {
    return chosen.get(REPLAY_ROWS_PER_SECOND);
  }

  /**
   * Returns what an accepted row survives.
   *
   * @return the durability
   * @since 0.1
   */
  public Durability durability() {
    return chosen.get(DURABILITY);
  }

  /**
   * Lists the rules that these options break.
   *
   * @param subject their name in messages, as {@code spool}
   * @return one line a fault, empty when all is well
   * @since 0.1
   */
  public List<String> faults(String subject) {
    return chosen.faults(subject, ALL).lines();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SpoolOptions that && chosen.equals(that.chosen);
  }

  @Override
  public int hashCode() {
    return chosen.hashCode();
  }

  @Override
  public String toString() {
    return "SpoolOptions" + chosen;
  }

  /**
   * Collects options; those that are not set have their defaults. Not thread-safe.
   *
   * @since 0.1
   */
  public static final class Builder {
    private Options chosen;

    private Builder(Options chosen) {
      this.chosen = chosen;
    }

    /**
     * Sets what all its files may have together.
     *
     * @param bytes at least 1 MiB
     * @return this
     * @since 0.1
     */
    public Builder maxBytes(long bytes) {
      return with(MAX_BYTES, bytes);
    }

    /**
     * Sets how many rows of a backlog are stored in a second at most, so that a store that comes
     * back is not drowned; more than the service logs, else the backlog stays.
     *
     * @param rows 1 to 10,000,000
     * @return this
     * @since 0.1
     */
    public Builder replayRowsPerSecond(int rows) {
      return with(REPLAY_ROWS_PER_SECOND, rows);
    }

    /**
     * Sets what an accepted row survives.
     *
     * @param survives memory or disk
     * @return this
     * @since 0.1
     */
    public Builder durability(Durability survives) {
      return with(DURABILITY, survives);
    }

    /**
     * Makes the options; ranges are checked where they are used.
     *
     * @return the options
     * @since 0.1
     */
    public SpoolOptions build() {
      return new SpoolOptions(chosen);
    }

    private <T> Builder with(Option<T> option, T value) {
      chosen = chosen.with(option, value);
      return this;
    }
  }
}
