package dev.mlinfra.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the dashboards and the alerts against the metrics and the guide. */
class OperatorFilesTest {
  private static final Path DASHBOARDS = Path.of("../monitoring/grafana/dashboards");
  private static final Path RULES = Path.of("../monitoring/prometheus/rules");
  private static final Path RULE_TESTS = Path.of("../monitoring/prometheus/tests");

  /** Written from the meters themselves, by the test of ml-infra-monitoring. */
  private static final Path METERS = Path.of("../docs/metrics.md");

  private static final Path GUIDE = Path.of("../docs/self-learning-agents/infrastructure-guide.md");
  private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");
  private static final Pattern METRIC = Pattern.compile("\\b(mlflow|ml)(_[a-z]+)+\\b");

  @Test
  void theDashboardIsTheOneThatWasAskedForAndFitsOneScreen() throws IOException {
    JsonNode dashboard = dashboard("ml-infrastructure");

    assertThat(dashboard.path("panels")).hasSize(8);
    assertThat(dashboard.path("panels"))
        .allSatisfy(
            panel ->
                assertThat(panel.at("/gridPos/y").asInt() + panel.at("/gridPos/h").asInt())
                    .as("%s, in rows of which 1080 pixels hold 22", panel.path("title"))
                    .isLessThanOrEqualTo(22));
  }

  @Test
  void theDetailsRepeatNoPanelOfTheOverview() throws IOException {
    assertThat(titles("ml-infrastructure-details"))
        .hasSizeGreaterThan(8)
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(titles("ml-infrastructure"));
  }

  @ParameterizedTest
  @CsvSource({
    "ml-infrastructure, ml-infrastructure-details",
    "ml-infrastructure-details, ml-infrastructure"
  })
  void aDashboardHasTheNameOfItsFileAndLeadsToTheOther(String uid, String other)
      throws IOException {
    JsonNode dashboard = dashboard(uid);

    assertThat(dashboard.path("uid").asText()).isEqualTo(uid);
    assertThat(dashboard.path("title").asText().toLowerCase(Locale.ROOT).replace(' ', '-'))
        .as("Grafana makes the slug of the title")
        .isEqualTo(uid);
    assertThat(dashboard.at("/templating/list/0/type").asText()).isEqualTo("datasource");
    assertThat(dashboard.at("/links/0/url").asText()).isEqualTo("/d/" + other + "/" + other);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ml-infrastructure", "ml-infrastructure-details"})
  void everyPanelSaysWhatItShowsInWhichUnitAndWhenItIsTooMuch(String uid) throws IOException {
    assertThat(panels(uid))
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
    METRIC.matcher(Files.readString(METERS)).results().map(MatchResult::group).forEach(known::add);
    StringBuilder queries = new StringBuilder();
    for (String uid : List.of("ml-infrastructure", "ml-infrastructure-details")) {
      for (JsonNode panel : panels(uid)) {
        panel.path("targets").forEach(t -> queries.append(t.path("expr").asText()).append('\n'));
      }
    }
    Pattern.compile("expr: >-\n +(.*)\n")
        .matcher(rules("ml-alerts.yml") + rules("ml-tickets.yml"))
        .results()
        .forEach(expr -> queries.append(expr.group(1)).append('\n'));

    assertThat(METRIC.matcher(queries).results())
        .hasSizeGreaterThan(50)
        .extracting(MatchResult::group)
        .allMatch(known::contains);
  }

  @Test
  void exactlyFiveAlertsWakeAPersonAndOnlyTheseHaveMlInTheirNames() throws IOException {
    assertThat(alerts("ml-alerts.yml")).hasSize(5).allMatch(alert -> alert.startsWith("ML"));
    assertThat(rules("ml-alerts.yml")).doesNotContain("severity: warning");

    assertThat(alerts("ml-tickets.yml"))
        .hasSizeGreaterThanOrEqualTo(10)
        .noneMatch(alert -> alert.contains("ML"));
    assertThat(rules("ml-tickets.yml")).doesNotContain("severity: critical");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ml-alerts.yml", "ml-tickets.yml"})
  void everyAlertIsTestedBothWaysAndHasItsPageInTheGuide(String file) throws IOException {
    String rules = rules(file);
    String tests = Files.readString(RULE_TESTS.resolve(file));
    String guide = Files.readString(GUIDE);

    assertThat(alerts(file))
        .doesNotHaveDuplicates()
        .allSatisfy(
            alert -> {
              assertThat(tests).contains(alert + " fires", alert + " is silent");
              assertThat(guide).contains("\n### " + alert + "\n");
              assertThat(rules)
                  .contains("infrastructure-guide.md#" + alert.toLowerCase(Locale.ROOT) + "\n");
            });
    assertThat(Pattern.compile("system: ml-infra\n").matcher(rules).results())
        .hasSameSizeAs(alerts(file));
  }

  private static JsonNode dashboard(String uid) throws IOException {
    return new ObjectMapper().readTree(DASHBOARDS.resolve(uid + ".json").toFile());
  }

  private static List<JsonNode> panels(String uid) throws IOException {
    return StreamSupport.stream(dashboard(uid).path("panels").spliterator(), false)
        .filter(panel -> !panel.path("type").asText().equals("row"))
        .toList();
  }

  private static List<String> titles(String uid) throws IOException {
    return panels(uid).stream().map(panel -> panel.path("title").asText()).toList();
  }

  private static String rules(String file) throws IOException {
    return Files.readString(RULES.resolve(file));
  }

  private static List<String> alerts(String file) throws IOException {
    return ALERT.matcher(rules(file)).results().map(found -> found.group(1)).toList();
  }
}
