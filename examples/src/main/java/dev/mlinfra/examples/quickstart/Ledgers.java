package dev.mlinfra.examples.quickstart;

import dev.mlinfra.MlInfra;
import dev.mlinfra.buffer.Ledger;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where everything is that this run offered to the library.
 *
 * @param decisions of the decision log
 * @param feedback of the decision log
 * @param events of the event streams
 */
record Ledgers(Ledger decisions, Ledger feedback, Ledger events) {
  private static final String LAYOUT = "%9s %8s %12s %9s %8s %7s %8s %8s %9s";

  static Ledgers of(MlInfra ml) {
    return new Ledgers(
        ml.decisions().ledger(), ml.decisions().feedbackLedger(), ml.events().ledger());
  }

  void print(Report report) {
    String names =
        LAYOUT.formatted(
            "offered",
            "=stored",
            "(duplicates)",
            "+buffered",
            "+spooled",
            "+parked",
            "+sampled",
            "+dropped",
            "+rejected");
    report.table(
        "The ledger of this run",
        List.of(
            Map.entry("", names),
            Map.entry("decisions", line(decisions)),
            Map.entry("feedback", line(feedback)),
            Map.entry("events", line(events))));
  }

  private static String line(Ledger ledger) {
    return LAYOUT.formatted(
        count(ledger.offered()),
        count(ledger.stored()),
        "(" + count(ledger.duplicates()) + ")",
        count(ledger.buffered()),
        count(ledger.spooled()),
        count(ledger.parked()),
        count(ledger.sampledOut()),
        count(ledger.droppedTotal()),
        count(ledger.rejectedTotal()));
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
