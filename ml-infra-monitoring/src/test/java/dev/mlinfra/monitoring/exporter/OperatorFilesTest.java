package dev.mlinfra.monitoring.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mlinfra.monitoring.PrometheusName;
import dev.mlinfra.telemetry.Instrument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Holds the dashboard and the alerts against the metrics and the guide. */
class OperatorFilesTest {
  private static final Path DASHBOARD =
      Path.of("../monitoring/grafana/dashboards/ml-infrastructure.json");
  private static final Path ALERTS = Path.of("../monitoring/prometheus/rules/ml-alerts.yml");
  private static final Path ALERT_TESTS = Path.of("../monitoring/prometheus/tests/ml-alerts.yml");
  private static final Path GUIDE = Path.of("../docs/self-learning-agents/infrastructure-guide.md");
  private static final Pattern METRIC = Pattern.compile("\\b(mlflow|ml)(_[a-z]+)+\\b");

  @Test
  void theDashboardIsTheOneThatWasAskedFor() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());

    assertThat(dashboard.path("uid").asText()).isEqualTo("ml-infrastructure");
    assertThat(dashboard.path("title").asText().toLowerCase(Locale.ROOT).replace(' ', '-'))
        .as("Grafana makes the slug of the title")
        .isEqualTo("ml-infrastructure");
    assertThat(dashboard.at("/templating/list/0/type").asText()).isEqualTo("datasource");
    assertThat(panels(dashboard)).hasSizeGreaterThanOrEqualTo(14);
  }

  @Test
  void everyPanelSaysWhatItShowsInWhichUnitAndWhenItIsTooMuch() throws IOException {
    assertThat(panels(new ObjectMapper().readTree(DASHBOARD.toFile())))
        .allSatisfy(
            panel -> {
              assertThat(panel.path("title").asText()).isNotEmpty();
              assertThat(panel.path("description").asText()).hasSizeGreaterThan(20);
              assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
              assertThat(panel.at("/fieldConfig/defaults/unit").asText()).isNotEmpty();
              assertThat(panel.at("/fieldConfig/defaults/thresholds/steps")).isNotEmpty();
              assertThat(panel.path("targets")).isNotEmpty();
            });
  }

  @Test
  void queriesNameMetricsThatExist() throws IOException {
    Set<String> known = new HashSet<>();
    Arrays.stream(Metric.values()).map(Metric::title).forEach(known::add);
    Instrument.ofLibrary().stream().map(PrometheusName::of).forEach(known::add);
    StringBuilder queries = new StringBuilder();
    for (JsonNode panel : panels(new ObjectMapper().readTree(DASHBOARD.toFile()))) {
      panel.path("targets").forEach(t -> queries.append(t.path("expr").asText()).append('\n'));
    }
    Pattern.compile("expr: >-\n +(.*)\n")
        .matcher(Files.readString(ALERTS))
        .results()
        .forEach(expr -> queries.append(expr.group(1)).append('\n'));

    assertThat(METRIC.matcher(queries).results())
        .hasSizeGreaterThan(50)
        .extracting(MatchResult::group)
        .allMatch(known::contains);
  }

  @Test
  void everyAlertIsTestedBothWaysAndHasItsPageInTheGuide() throws IOException {
    String tests = Files.readString(ALERT_TESTS);
    String guide = Files.readString(GUIDE);
    List<String> alerts =
        Pattern.compile("- alert: (\\w+)")
            .matcher(Files.readString(ALERTS))
            .results()
            .map(found -> found.group(1))
            .toList();

    assertThat(alerts)
        .hasSizeGreaterThanOrEqualTo(10)
        .doesNotHaveDuplicates()
        .allSatisfy(
            alert -> {
              assertThat(alert).startsWith("ML");
              assertThat(tests).contains(alert + " fires", alert + " is silent");
              assertThat(guide).contains("\n### " + alert + "\n");
              assertThat(Files.readString(ALERTS))
                  .contains("infrastructure-guide.md#" + alert.toLowerCase(Locale.ROOT));
            });
  }

  private static List<JsonNode> panels(JsonNode dashboard) {
    return StreamSupport.stream(dashboard.path("panels").spliterator(), false)
        .filter(panel -> !panel.path("type").asText().equals("row"))
        .toList();
  }
}
