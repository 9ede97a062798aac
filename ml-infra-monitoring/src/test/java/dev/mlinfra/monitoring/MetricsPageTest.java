package dev.mlinfra.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.RecordingWiring;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/metrics.md} against the meters; {@code -Ddocs.write=true} writes it anew. */
class MetricsPageTest {
  private static final Path PAGE = Path.of("../docs/metrics.md");
  private static final Path QUERIES = Path.of("../docs/monitoring.md");

  @Test
  void pageListsEveryMeterAsItIs() throws IOException {
    String expected = page();
    if (Boolean.getBoolean("docs.write")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, expected);
    }
    assertThat(PAGE)
        .as("mvn -pl ml-infra-monitoring -am test -Ddocs.write=true writes it anew")
        .hasContent(expected);
  }

  @Test
  void prometheusShowsTheNamesOfThePage() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      Instrument.ofLibrary().stream()
          .filter(meter -> !meter.equals(Instrument.TELEMETRY_FAILURES)) // reported already
          .forEach(meter -> report(ranker, meter));
      String scraped = registry.scrape();
      for (Instrument meter : Instrument.ofLibrary()) {
        String name = PrometheusName.of(meter);
        assertThat(scraped)
            .contains("# HELP " + name + " " + meter.description())
            .contains("# TYPE " + name + " " + prometheusType(meter))
            .containsPattern(
                "\n"
                    + name
                    + (meter.type() == Instrument.Type.TIMER ? "_count" : "")
                    + "\\{[^}]*service=");
      }
      assertThat(scraped).contains("ml_telemetry_failures_calls_total{service=\"ranker\"} 0.0");
    } finally {
      registry.close();
    }
  }

  @Test
  void queriesOfTheMonitoringPageNameMetersThatExist() throws IOException {
    Set<String> known = new HashSet<>();
    for (Instrument meter : Instrument.ofLibrary()) {
      String name = PrometheusName.of(meter);
      known.addAll(
          meter.type() == Instrument.Type.TIMER
              ? List.of(name + "_count", name + "_sum", name + "_max")
              : List.of(name));
    }
    assertThat(Pattern.compile("ml_[a-z_]+").matcher(Files.readString(QUERIES)).results())
        .hasSizeGreaterThan(20)
        .extracting(MatchResult::group)
        .allMatch(known::contains);
  }

  @Test
  void namesAreUniqueAndInOneNamespace() {
    assertThat(Instrument.ofLibrary())
        .extracting(PrometheusName::of)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("ml(_[a-z]+)+"));
  }

  private static void report(RecordingWiring wiring, Instrument meter) {
    String[] tags = meter.tagKeys().toArray(new String[0]);
    switch (meter.type()) {
      case COUNTER -> wiring.telemetry().count(meter, 1, tags);
      case GAUGE -> wiring.telemetry().observe(meter, () -> 1, tags);
      case TIMER -> wiring.telemetry().time(meter, 1_000_000, tags);
    }
  }

  private static String page() {
    String rows =
        Instrument.ofLibrary().stream().map(MetricsPageTest::row).collect(Collectors.joining());
    return """
        # Meters

        Every meter of the library, as `Monitoring.to(registry)` puts it into a Micrometer registry.
        Names, types, units and tags are a promise: they change only with a new major version.
        [Monitoring](monitoring.md) says how to install it and which queries to start with.

        - Every meter has the tag `service` beside those listed, the name given to
          `MlInfraConfig.forService`.
        - The Prometheus name is what Micrometer's Prometheus registry makes of the name and the unit.
          A timer shows as `_count`, `_sum` and `_max`, in seconds.
        - After %,d series of counters, or of timers, the tag values of further ones read `%s`.

        | meter | Prometheus | type | unit | tags | meaning |
        |---|---|---|---|---|---|
        """
            .formatted(Series.MAX, Series.OTHER)
        + rows
        + """

        Written by `mvn -pl ml-infra-monitoring -am test -Ddocs.write=true`; a test fails when it differs
        from the code.
        """;
  }

  private static String row(Instrument meter) {
    return "| `%s` | `%s` | %s | %s | %s | %s |\n"
        .formatted(
            meter.meterName(),
            PrometheusName.of(meter),
            meter.type().name().toLowerCase(Locale.ROOT),
            meter.unit(),
            tags(meter.tagKeys()),
            meter.description());
  }

  private static String tags(List<String> keys) {
    return keys.stream().map(key -> "`" + key + "`").collect(Collectors.joining(", "));
  }

  private static String prometheusType(Instrument meter) {
    return switch (meter.type()) {
      case COUNTER -> "counter";
      case GAUGE -> "gauge";
      case TIMER -> "summary";
    };
  }
}
