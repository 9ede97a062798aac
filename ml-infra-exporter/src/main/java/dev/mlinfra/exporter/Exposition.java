package dev.mlinfra.exporter;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes samples in the text format 0.0.4 of Prometheus. */
final class Exposition {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private Exposition() {}

  static String text(List<Sample> samples) {
    Map<Metric, List<Sample>> families =
        samples.stream()
            .collect(
                Collectors.groupingBy(
                    Sample::metric, () -> new EnumMap<>(Metric.class), Collectors.toList()));
    StringBuilder text = new StringBuilder();
    families.forEach(
        (metric, members) -> {
          head(text, metric);
          members.forEach(sample -> line(text, sample));
        });
    return text.toString();
  }

  private static void head(StringBuilder text, Metric metric) {
    text.append("# HELP ").append(metric.title()).append(' ').append(metric.help()).append('\n');
    text.append("# TYPE ").append(metric.title()).append(' ');
    text.append(metric.type().name().toLowerCase(Locale.ROOT)).append('\n');
  }

  private static void line(StringBuilder text, Sample sample) {
    text.append(sample.metric().title());
    String separator = "{";
    for (int i = 0; i < sample.labels().size(); i++) {
      text.append(separator).append(sample.metric().labels().get(i)).append("=\"");
      text.append(escape(sample.labels().get(i))).append('"');
      separator = ",";
    }
    text.append(sample.labels().isEmpty() ? " " : "} ").append(number(sample.value())).append('\n');
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  private static String number(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    long whole = (long) value;
    return whole == value ? Long.toString(whole) : Double.toString(value);
  }
}
