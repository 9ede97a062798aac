package dev.mlinfra.examples;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureLookup;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureView;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Writes features, reads the newest of them online, and asks what was known at an earlier time. */
public final class ServeFeatures {
  // region view
  static final FeatureView VISITOR =
      FeatureView.named("visitor")
          .count("views")
          .number("click_rate")
          .text("country")
          .ttl(Duration.ofDays(7))
          .build();

  // endregion

  private ServeFeatures() {}

  /**
   * Runs it on a PostgreSQL and a Redis of its own.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    try (EmbeddedStack servers = EmbeddedStack.start()) {
      run(servers.config("serve-features"), System.out);
    }
  }

  static void run(MlInfraConfig.Builder config, PrintStream out) {
    try (MlInfra ml = MlInfra.connect(config.view(VISITOR).build())) {
      ml.ensureSchema();
      Instant now = Instant.now().truncatedTo(ChronoUnit.HOURS);
      Instant yesterday = now.minus(Duration.ofDays(1));

      // region put
      FeatureRow before =
          FeatureRow.builder("visitor-1", yesterday)
              .value("views", 10)
              .value("click_rate", 0.1)
              .value("country", "JP")
              .knownAt(yesterday.plus(Duration.ofMinutes(5))) // when the job was done
              .build();
      FeatureRow current =
          FeatureRow.builder("visitor-1", now).value("views", 12).value("click_rate", 0.25).build();
      ml.features().put("visitor", List.of(before, current));
      // endregion

      // region online
      List<FeatureLookup> online =
          ml.features()
              .online("visitor", List.of("visitor-1", "visitor-2"), Duration.ofMillis(500));
      // endregion
      online.forEach(answer -> out.println("online " + describe(answer)));

      // region asOf
      List<FeatureLookup> past =
          ml.features()
              .asOf(
                  "visitor",
                  List.of(
                      new AsOf("visitor-1", yesterday.plus(Duration.ofMinutes(3))), // not known yet
                      new AsOf("visitor-1", yesterday.plus(Duration.ofHours(3)))));
      // endregion
      past.forEach(answer -> out.println("as of " + describe(answer)));
    }
  }

  private static String describe(FeatureLookup answer) {
    String views =
        answer.row().flatMap(row -> row.number("views")).map(Object::toString).orElse("-");
    return answer.entity() + " " + answer.status() + " views " + views;
  }
}
