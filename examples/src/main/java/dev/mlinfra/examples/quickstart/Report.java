package dev.mlinfra.examples.quickstart;

import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the person sees: one line a step, then tables; plain text, the same in a file. */
final class Report {
  private static final int NAME_WIDTH = 14;
  private static final int STEP_WIDTH = 80;
  private static final int BAR_WIDTH = 30;

  private final PrintStream out;
  private final long began = System.nanoTime();
  private final Map<String, Double> seconds = new LinkedHashMap<>();

  Report(PrintStream out) {
    this.out = out;
  }

  /** Runs a step that says itself what it did. */
  void step(String name, Supplier<String> work) {
    String ignored = step(name, work, said -> said);
  }

  /** Runs a step, prints what there is to say of its result and how long it took. */
  <T> T step(String name, Supplier<T> work, Function<T, String> said) {
    out.printf("  %-" + NAME_WIDTH + "s", name);
    out.flush();
    long start = System.nanoTime();
    boolean done = false;
    try {
      T result = work.get();
      double took = secondsSince(start);
      seconds.merge(name, took, Double::sum);
      out.printf(Locale.ROOT, "%-" + STEP_WIDTH + "s %5.1f s%n", said.apply(result), took);
      done = true;
      return result;
    } finally {
      if (!done) {
        out.println("failed");
      }
    }
  }

  void title(String text) {
    out.printf("%n%s%n", text);
  }

  void line(String text) {
    out.println("  " + text);
  }

  /** Prints rows of a name and what there is to say of it. */
  void table(String title, List<Map.Entry<String, String>> rows) {
    title(title);
    int width = rows.stream().mapToInt(row -> row.getKey().length()).max().orElse(0);
    rows.forEach(row -> out.printf("  %-" + width + "s  %s%n", row.getKey(), row.getValue()));
  }

  void whereTimeWent() {
    title("Where time went");
    double all = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
    seconds.forEach((name, took) -> line(share(name, took, took / all)));
  }

  /** The last line of a good run. */
  void ok(String summary) {
    out.printf(Locale.ROOT, "%nquickstart ok %s seconds=%.1f%n", summary, secondsSince(began));
    out.flush();
  }

  /** The last line of a bad run. */
  void failed(String why) {
    out.printf("%nquickstart failed: %s%n", why);
    out.flush();
  }

  private static String share(String name, double took, double share) {
    String bar = "#".repeat((int) Math.round(BAR_WIDTH * share));
    String layout = "%-" + NAME_WIDTH + "s%6.2f s %3.0f %%  %s";
    return String.format(Locale.ROOT, layout, name, took, 100 * share, bar).stripTrailing();
  }

  private static double secondsSince(long start) {
    return Duration.ofNanos(System.nanoTime() - start).toMillis() / 1_000.0;
  }
}
