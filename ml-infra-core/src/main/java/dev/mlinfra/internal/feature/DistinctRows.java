package dev.mlinfra.internal.feature;

import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.spi.PackedRow;
import dev.mlinfra.spi.check.Texts;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows of one write that are the same count once; rows that contradict each other are refused. */
final class DistinctRows {
  private DistinctRows() {}

  static List<PackedRow> of(String view, List<PackedRow> rows) {
    Map<Key, PackedRow> distinct = new LinkedHashMap<>();
    for (PackedRow row : rows) {
      Key key = new Key(row.entity(), row.eventTime(), row.knownAt());
      PackedRow before = distinct.putIfAbsent(key, row);
      if (before != null && !before.equals(row)) {
        throw new InvalidInputException(
            "feature view "
                + view
                + " got two different rows for "
                + Texts.quote(row.entity())
                + " at "
                + row.eventTime()
                + " in one write but each must be one; write the correction in a second call");
      }
    }
    return List.copyOf(distinct.values());
  }

  private record Key(String entity, Instant eventTime, Instant knownAt) {}
}
