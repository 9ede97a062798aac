package dev.mlinfra.internal.assembly;

import dev.mlinfra.buffer.Durability;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.Settings;
import dev.mlinfra.spi.check.Faults;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The variables {@code ML_INFRA_SPOOL_*}. */
final class SpoolSection {
  private SpoolSection() {}

  /**
   * Reads them.
   *
   * @throws ConfigException for a value that cannot be
   */
  static SpoolOptions read(Settings settings) {
    SpoolOptions spool = SpoolOptions.in(path(settings.required("path")));
    spool = settings.number("max_bytes").map(spool::maxBytes).orElse(spool);
    spool =
        settings
            .number("replay_rows_per_second")
            .map(SpoolSection::bounded)
            .map(spool::replayRowsPerSecond)
            .orElse(spool);
    return settings
        .text("durability")
        .map(SpoolSection::durability)
        .map(spool::durability)
        .orElse(spool);
  }

  private static Path path(String value) {
    try {
      return Path.of(value);
    } catch (InvalidPathException e) {
      throw new ConfigException(
          Faults.line("spool.path", value, "must be a path", "correct it"), e);
    }
  }

  /** Beyond the range of an int it is beyond the range that is allowed as well. */
  private static int bounded(long rows) {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(rows, Integer.MAX_VALUE));
  }

  private static Durability durability(String value) {
    return switch (value.trim()) {
      case "memory" -> Durability.MEMORY;
      case "spool_first" -> Durability.SPOOL_FIRST;
      default ->
          throw new ConfigException(
              Faults.line(
                  "spool.durability", value, "must be memory or spool_first", "correct it"));
    };
  }
}
