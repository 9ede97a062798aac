package dev.mlinfra.examples;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.training.RewardAggregate;
import dev.mlinfra.training.TrainingFormat;
import dev.mlinfra.training.TrainingQuery;
import dev.mlinfra.training.TrainingSet;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes decisions with their rewards and what was known of the reader then. */
public final class ExportTrainingSet {
  private static final Instant MONDAY = Instant.parse("2026-03-02T00:00:00Z");
  private static final Instant NOON = MONDAY.plus(Duration.ofHours(12));

  private ExportTrainingSet() {}

  /**
   * Runs it on servers of its own.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    try (EmbeddedStack servers = EmbeddedStack.start()) {
      run(servers.config("export-training-set"), System.out);
    }
  }

  static void run(MlInfraConfig.Builder config, PrintStream out) {
    FeatureView readers = FeatureView.named("readers").number("visits_per_week").build();
    try (MlInfra ml = MlInfra.connect(config.view(readers).build())) {
      ml.ensureSchema().ensureBucket();
      fill(ml);

      // region query
      TrainingQuery query =
          TrainingQuery.of(
                  DecisionQuery.between(MONDAY, MONDAY.plus(Duration.ofDays(7)))
                      .agent("front-page"))
              .mode(DecisionMode.LIVE)
              .reward(RewardAggregate.LAST) // of a decision's feedback within
              .window(Duration.ofHours(1))
              .defaultReward(0) // of a decision without any
              .featuresByContext("readers", "reader"); // as known when it was decided
      TrainingSet set = ml.training().set(query);
      // endregion

      // region write
      ByteArrayOutputStream csv = new ByteArrayOutputStream(); // a file or a socket will do as well
      long rows = set.write(TrainingFormat.CSV, csv);
      Artifact stored = set.store(TrainingFormat.CSV, ml.artifacts());
      // endregion

      // region rows
      Map<String, Double> rewardByStory = new TreeMap<>();
      set.forEach(
          row ->
              rewardByStory.merge(
                  row.decision().action(), row.weight() * row.reward().orElseThrow(), Double::sum));
      // endregion

      // region again
      TrainingSet again = ml.training().set(set.query()); // next year, in another process
      Artifact same = again.store(TrainingFormat.CSV, ml.artifacts());
      // endregion
      out.println(rows + " rows");
      csv.toString(StandardCharsets.UTF_8)
          .lines()
          .skip(1)
          .forEach(line -> out.println(brief(line)));
      out.println(rewardByStory);
      out.println("the same bytes: " + same.equals(stored));
    }
  }

  private static void fill(MlInfra ml) {
    ml.features().put("readers", List.of(visits(MONDAY, 2), visits(NOON.plusSeconds(60), 9)));
    Decision clicked = decision(NOON, "story-1");
    ml.decisions().log(clicked);
    ml.decisions().log(decision(NOON.plusSeconds(120), "story-2"));
    ml.decisions().feedback(Feedback.of(clicked.id(), 0.2).observedAt(NOON.plusSeconds(5)));
    ml.decisions().feedback(Feedback.of(clicked.id(), 1).observedAt(NOON.plusSeconds(50)));
    ml.decisions().feedback(Feedback.of(clicked.id(), 9).observedAt(NOON.plusSeconds(9_000)));
    ml.decisions().flush(Duration.ofSeconds(10));
  }

  private static Decision decision(Instant at, String story) {
    return Decision.by("front-page")
        .decidedAt(at)
        .action(story)
        .propensity(0.25)
        .context("reader", "ann")
        .build();
  }

  private static FeatureRow visits(Instant at, double perWeek) {
    return FeatureRow.builder("ann", at).knownAt(at).value("visits_per_week", perWeek).build();
  }

  /** Action, propensity, weight, completeness, reward and count; then the features. */
  private static String brief(String line) {
    String[] fields = line.split(",", -1);
    return String.join(" ", List.of(fields).subList(6, 12))
        + " "
        + String.join(" ", List.of(fields).subList(fields.length - 2, fields.length));
  }
}
