package dev.mlinfra.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpositionTest {
  @Test
  void familiesStandTogetherWithTheirHelpAndType() {
    String text =
        Exposition.text(
            List.of(
                Sample.of(Metric.REDIS_STREAM_ENTRIES, 3, "a\"\\\n"),
                Sample.of(Metric.MLFLOW_UP, 1),
                Sample.of(Metric.REDIS_STREAM_ENTRIES, 0.5, "b")));

    assertThat(text)
        .isEqualTo(
            """
            # HELP mlflow_up 1 when MLflow answered its health check and its API, else 0
            # TYPE mlflow_up gauge
            mlflow_up 1
            # HELP ml_redis_stream_entries Entries in the stream
            # TYPE ml_redis_stream_entries gauge
            ml_redis_stream_entries{stream="a\\"\\\\\\n"} 3
            ml_redis_stream_entries{stream="b"} 0.5
            """);
  }

  @Test
  void numbersThatAreNoneAreWrittenAsPrometheusReadsThem() {
    assertThat(Exposition.text(List.of(Sample.of(Metric.MLFLOW_UP, Double.NaN))))
        .endsWith(" NaN\n");
    assertThat(Exposition.text(List.of(Sample.of(Metric.MLFLOW_UP, Double.NEGATIVE_INFINITY))))
        .endsWith(" -Inf\n");
    assertThat(Exposition.text(List.of(Sample.of(Metric.MLFLOW_UP, 1L << 40))))
        .endsWith(" 1099511627776\n");
  }

  @Test
  void aSampleHasAllLabelsOfItsMetric() {
    assertThatThrownBy(() -> Sample.of(Metric.REDIS_GROUP_LAG, 1, "stream"))
        .hasMessageContaining("ml_redis_group_lag has the labels [stream, group]");
  }

  @Test
  void smallCountsAreAddedUpWhenThereAreTooManyOfThem() {
    Map<String, Integer> aliases = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      aliases.put("alias-" + i, i + 1);
    }
    Samples samples = new Samples();
    samples.counts(Metric.MLFLOW_MODEL_ALIASES, aliases);

    assertThat(samples.list()).hasSize(51);
    assertThat(samples.list().get(0))
        .isEqualTo(Sample.of(Metric.MLFLOW_MODEL_ALIASES, 60, "alias-59"));
    assertThat(samples.list().get(50))
        .isEqualTo(Sample.of(Metric.MLFLOW_MODEL_ALIASES, 55, "other"));
  }
}
