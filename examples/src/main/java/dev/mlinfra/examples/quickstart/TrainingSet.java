package dev.mlinfra.examples.quickstart;

import dev.mlinfra.MlInfra;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureLookup;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.history.DecisionOutcome;
import dev.mlinfra.history.DecisionQuery;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Joins every stored decision with what came of it and with what was known of its user when it was
 * taken, and no later. Memory is constant; the same decisions give the same bytes.
 */
final class TrainingSet {
  private static final int ROWS_A_JOIN = 2_000;
  private static final List<String> COLUMNS =
      List.of(
          "decision_id",
          "decided_at",
          "policy",
          "action",
          "position",
          "propensity",
          "pass_probability",
          "item_affinity",
          "affinity_total",
          "user_status",
          "user_views",
          "user_clicks",
          "user_click_rate",
          "user_affinity",
          "clicked");

  private final MlInfra ml;
  private long rows;

  TrainingSet(MlInfra ml) {
    this.ml = ml;
  }

  /** Writes the set beside the other files of a directory and stores it as an artifact. */
  Artifact store(Path directory) {
    Path file = directory.resolve("training-set.csv");
    try (BufferedWriter csv = Files.newBufferedWriter(file)) {
      csv.write(String.join(",", COLUMNS) + "\n");
      write(csv);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " could not be written", e);
    }
    return ml.artifacts().put(file);
  }

  /** How many rows were written. */
  long rows() {
    return rows;
  }

  static DecisionQuery query() {
    return DecisionQuery.between(OpenBanditData.WEEK_START, OpenBanditData.WEEK_END)
        .agent(ReplayDecisions.AGENT)
        .feedbackKind(SendClicks.KIND);
  }

  private void write(BufferedWriter csv) throws IOException {
    List<DecisionOutcome> waiting = new ArrayList<>(ROWS_A_JOIN);
    ml.history()
        .outcomes(
            query(),
            outcome -> {
              waiting.add(outcome);
              if (waiting.size() == ROWS_A_JOIN) {
                join(csv, waiting);
              }
            });
    join(csv, waiting);
  }

  private void join(BufferedWriter csv, List<DecisionOutcome> outcomes) {
    List<AsOf> questions =
        outcomes.stream()
            .map(DecisionOutcome::decision)
            .map(decision -> new AsOf(user(decision), decision.decidedAt()))
            .toList();
    List<FeatureLookup> known = ml.features().asOf(UserHistory.VIEW.name(), questions);
    try {
      for (int i = 0; i < outcomes.size(); i++) {
        csv.write(line(outcomes.get(i), known.get(i)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the training set could not be written", e);
    }
    rows += outcomes.size();
    outcomes.clear();
  }

  private static String line(DecisionOutcome outcome, FeatureLookup known) {
    Decision decision = outcome.decision();
    return new StringJoiner(",", "", "\n")
        .add(decision.id().toString())
        .add(decision.decidedAt().toString())
        .add(decision.model())
        .add(decision.action())
        .add(decision.context().getOrDefault("position", ""))
        .add(Double.toString(decision.propensity()))
        .add(Double.toString(outcome.passProbability()))
        .add(Float.toString(decision.feature(itemOf(decision))))
        .add(Double.toString(sum(decision.features())))
        .add(known.status().name())
        .add(number(known.row(), "views"))
        .add(number(known.row(), "clicks"))
        .add(number(known.row(), "click_rate"))
        .add(number(known.row(), "affinity"))
        .add(outcome.rewardSum() > 0 ? "1" : "0")
        .toString();
  }

  private static String user(Decision decision) {
    return decision.context().getOrDefault("user", "unknown");
  }

  private static int itemOf(Decision decision) {
    return Integer.parseInt(decision.action().substring("item-".length()));
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  private static String number(Optional<FeatureRow> row, String feature) {
    return row.flatMap(values -> values.number(feature)).map(String::valueOf).orElse("");
  }
}
