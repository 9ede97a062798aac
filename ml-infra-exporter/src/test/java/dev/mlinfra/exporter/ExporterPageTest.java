package dev.mlinfra.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the table of docs/exporter.md against the metrics; -Ddocs.write=true writes it anew. */
class ExporterPageTest {
  private static final Path PAGE = Path.of("../docs/exporter.md");
  private static final String HEAD = "| metric | type | labels | meaning |\n|---|---|---|---|\n";
  private static final String END = "\nWritten by ";

  @Test
  void pageListsEveryMetricAsItIs() throws IOException {
    String page = Files.readString(PAGE);
    String expected =
        page.substring(0, page.indexOf(HEAD)) + HEAD + rows() + page.substring(page.indexOf(END));
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(PAGE, expected);
    }
    assertThat(PAGE)
        .as("mvn -pl ml-infra-exporter -am test -Ddocs.write=true writes it anew")
        .hasContent(expected);
  }

  @Test
  void namesAreUniqueAndInTheirNamespaces() {
    assertThat(Metric.values())
        .extracting(Metric::title)
        .doesNotHaveDuplicates()
        .allMatch(
            title ->
                title.matches("(mlflow|ml_(objectstorage|postgres|redis|exporter))(_[a-z]+)+"));
    assertThat(Arrays.stream(Metric.values()).filter(m -> m.title().startsWith("mlflow_")))
        .hasSizeGreaterThanOrEqualTo(10)
        .extracting(Metric::title)
        .contains("mlflow_up", "mlflow_experiments_total");
  }

  private static String rows() {
    return Arrays.stream(Metric.values())
        .map(
            metric ->
                "| `%s` | %s | %s | %s |\n"
                    .formatted(
                        metric.title(),
                        metric.type().name().toLowerCase(Locale.ROOT),
                        metric.labels().stream()
                            .map(label -> "`" + label + "`")
                            .collect(Collectors.joining(", ")),
                        metric.help()))
        .collect(Collectors.joining());
  }
}
