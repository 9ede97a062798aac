package dev.mlinfra.exporter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What one run of a probe saw. Not thread-safe. */
final class Samples {
  /** More values of a label than this are added up under {@link #OTHER}. */
  static final int MAX_VALUES = 50;

  static final String OTHER = "other";

  private final List<Sample> samples = new ArrayList<>();

  void add(Metric metric, double value, String... labels) {
    samples.add(Sample.of(metric, value, labels));
  }

  void add(Metric metric, long value, String... labels) {
    add(metric, (double) value, labels);
  }

  void flag(Metric metric, boolean value, String... labels) {
    add(metric, value ? 1L : 0L, labels);
  }

  /** Adds a number for each value of the one label, the largest by name, the others together. */
  void counts(Metric metric, Map<String, ? extends Number> byLabel) {
    List<Map.Entry<String, Double>> largest =
        byLabel.entrySet().stream()
            .map(entry -> Map.entry(entry.getKey(), entry.getValue().doubleValue()))
            .sorted(
                Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .toList();
    largest.stream().limit(MAX_VALUES).forEach(e -> add(metric, e.getValue(), e.getKey()));
    if (largest.size() > MAX_VALUES) {
      add(metric, largest.stream().skip(MAX_VALUES).mapToDouble(Map.Entry::getValue).sum(), OTHER);
    }
  }

  List<Sample> list() {
    return List.copyOf(samples);
  }
}
