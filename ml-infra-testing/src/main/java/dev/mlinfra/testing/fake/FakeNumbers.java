package dev.mlinfra.testing.fake;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.history.DecisionCompleteness;
import dev.mlinfra.spi.LoggedRow;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** Finds the gaps in the numbers of decisions, which count as those of one process. */
final class FakeNumbers {
  private FakeNumbers() {}

  static Instant minute(LoggedRow<Decision> row) {
    return row.value().decidedAt().truncatedTo(ChronoUnit.MINUTES);
  }

  /** In order of time; numbers that were removed are not missing. */
  static List<DecisionCompleteness> minutes(
      String source, Collection<LoggedRow<Decision>> rows, Set<Long> removed) {
    Map<Instant, DecisionCompleteness> minutes = new TreeMap<>();
    long before = 0;
    for (LoggedRow<Decision> row :
        rows.stream().sorted(Comparator.comparing(LoggedRow::sequence)).toList()) {
      long number = row.sequence();
      long missing =
          LongStream.range(before + 1, number).filter(gone -> !removed.contains(gone)).count();
      minutes.merge(
          minute(row),
          new DecisionCompleteness(source, minute(row), number - missing, number, 1, missing),
          FakeNumbers::add);
      before = number;
    }
    return List.copyOf(minutes.values());
  }

  private static DecisionCompleteness add(DecisionCompleteness a, DecisionCompleteness b) {
    return new DecisionCompleteness(
        a.source(),
        a.minute(),
        Math.min(a.firstNumber(), b.firstNumber()),
        Math.max(a.lastNumber(), b.lastNumber()),
        a.stored() + b.stored(),
        a.missing() + b.missing());
  }
}
