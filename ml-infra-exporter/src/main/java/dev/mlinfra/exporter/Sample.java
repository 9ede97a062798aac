package dev.mlinfra.exporter;

import java.util.List;

/**
 * One number.
 *
 * @param metric what it measures
 * @param labels the values of the metric's labels, in their order
 * @param value the number
 */
record Sample(Metric metric, List<String> labels, double value) {
  Sample {
    labels = List.copyOf(labels);
    if (labels.size() != metric.labels().size()) {
      throw new IllegalArgumentException(
          metric.title() + " has the labels " + metric.labels() + " but was given " + labels);
    }
  }

  static Sample of(Metric metric, long value, String... labels) {
    return of(metric, (double) value, labels);
  }

  static Sample of(Metric metric, double value, String... labels) {
    return new Sample(metric, List.of(labels), value);
  }
}
