package dev.mlinfra.examples.quickstart;

import dev.mlinfra.buffer.Ledger;
import java.util.ArrayList;
import java.util.List;

/** Compares what must be with what the servers say, and remembers every difference. */
final class SelfCheck {
  private final List<String> differences = new ArrayList<>();
  private int comparisons;

  SelfCheck expect(String subject, long expected, long actual) {
    comparisons++;
    if (expected != actual) {
      differences.add(
          "%s: expected %,d but the servers say %,d".formatted(subject, expected, actual));
    }
    return this;
  }

  SelfCheck expectAtLeast(String subject, long least, long actual) {
    return expect(subject, Math.max(least, actual), actual);
  }

  /** All was stored: nothing waits, was refused or parked; what was dropped was offered again. */
  SelfCheck expectAllStored(String subject, long expected, Ledger ledger) {
    comparisons++;
    boolean complete =
        ledger.balanced()
            && ledger.stored() == expected
            && ledger.offered() == expected + ledger.droppedTotal();
    if (!complete) {
      differences.add(
          "%s: expected %,d stored but the ledger says %s".formatted(subject, expected, ledger));
    }
    return this;
  }

  /**
   * Says that all is as it must be.
   *
   * @throws QuickStartException naming every difference
   */
  void print(Report report) {
    if (!differences.isEmpty()) {
      throw new QuickStartException(String.join("; ", differences));
    }
    report.title("Checked");
    report.line(comparisons + " comparisons with what the servers say, none differs");
  }

  List<String> differences() {
    return List.copyOf(differences);
  }
}
