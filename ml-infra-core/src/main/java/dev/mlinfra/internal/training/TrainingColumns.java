package dev.mlinfra.internal.training;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.Feature;
import dev.mlinfra.feature.FeatureLookup;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.internal.feature.JoinedView;
import dev.mlinfra.spi.PackedRow;
import dev.mlinfra.training.TrainingQuery;
import dev.mlinfra.training.TrainingRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What the columns are called and what stands in them. Used by one thread. */
final class TrainingColumns {
  private static final List<String> OF_DECISIONS =
      List.of(
          "decision_id",
          "decided_at",
          "agent",
          "mode",
          "model",
          "model_version",
          "action",
          "propensity",
          "weight",
          "completeness",
          "reward",
          "feedback_count",
          "window_closed",
          "activated_at",
          "score",
          "baseline_action",
          "latency_us",
          "feature_set",
          "features",
          "context");

  private static final DateTimeFormatter MICROS =
      new DateTimeFormatterBuilder().appendInstant(6).toFormatter();

  private final TrainingQuery query;
  private final List<JoinedView> views;

  TrainingColumns(TrainingQuery query, List<JoinedView> views) {
    this.query = query;
    this.views = views;
  }

  List<String> names() {
    List<String> names = new ArrayList<>(OF_DECISIONS);
    for (JoinedView joined : views) {
      String view = joined.view().name();
      names.add(view + ".status");
      joined.view().features().forEach(feature -> names.add(view + "." + feature.name()));
    }
    return List.copyOf(names);
  }

  void write(TrainingRow example, Cells out) {
    try {
      decision(example, out);
      for (int i = 0; i < views.size(); i++) {
        features(example, i, out);
      }
      out.end();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void decision(TrainingRow example, Cells out) throws IOException {
    Decision decision = example.decision();
    out.text(decision.id().toString());
    out.text(MICROS.format(decision.decidedAt()));
    out.text(decision.agent());
    out.text(decision.mode().name());
    out.text(decision.model());
    out.text(decision.modelVersion());
    out.text(decision.action());
    out.number(decision.propensity());
    out.number(1 / example.passProbability());
    out.number(example.completeness());
    Optional<Boolean> closed = windowClosed(example);
    number(reward(example, closed.orElse(true)), out);
    out.integer(example.feedbackCount());
    flag(closed, out);
    text(example.activatedAt().map(MICROS::format), out);
    number(decision.score(), out);
    text(decision.baselineAction(), out);
    latency(decision.latency(), out);
    text(decision.featureSet(), out);
    vector(decision, out);
    if (decision.context().isEmpty()) {
      out.absent();
    } else {
      out.texts(decision.context());
    }
  }

  /** Nothing is known of a decision without feedback as long as some may still come. */
  private OptionalDouble reward(TrainingRow example, boolean windowClosed) {
    return example.reward().isEmpty() && windowClosed ? query.defaultReward() : example.reward();
  }

  /** Whether the window had ended at the bound of ingestion; empty without a window. */
  private Optional<Boolean> windowClosed(TrainingRow example) {
    return query
        .window()
        .flatMap(
            window ->
                query
                    .knownBefore()
                    .map(bound -> !example.windowStart().plus(window).isAfter(bound)));
  }

  private void features(TrainingRow example, int join, Cells out) throws IOException {
    JoinedView joined = views.get(join);
    Decision decision = example.decision();
    String entity = query.features().get(join).entity(decision).orElse("");
    Optional<PackedRow> found = example.features().get(join);
    FeatureLookup answer = joined.answers().apply(new AsOf(entity, decision.decidedAt()), found);
    out.text(answer.status().name());
    for (Feature feature : joined.view().features()) {
      Optional<FeatureRow> row = answer.row();
      value(row.map(known -> known.values().get(feature.name())), out);
    }
  }

  private static void value(Optional<Object> found, Cells out) throws IOException {
    if (found.isEmpty()) {
      out.absent();
      return;
    }
    Object value = found.get();
    if (value instanceof Long count) {
      out.integer(count);
    } else if (value instanceof Number number) {
      out.number(number.doubleValue());
    } else if (value instanceof Boolean flag) {
      out.flag(flag);
    } else if (value instanceof float[] vector) {
      out.vector(vector);
    } else {
      out.text(value.toString());
    }
  }

  private static void number(OptionalDouble value, Cells out) throws IOException {
    if (value.isPresent()) {
      out.number(value.getAsDouble());
    } else {
      out.absent();
    }
  }

  private static void flag(Optional<Boolean> value, Cells out) throws IOException {
    if (value.isPresent()) {
      out.flag(value.get());
    } else {
      out.absent();
    }
  }

  private static void text(Optional<String> value, Cells out) throws IOException {
    if (value.isPresent()) {
      out.text(value.get());
    } else {
      out.absent();
    }
  }

  private static void latency(Optional<Duration> latency, Cells out) throws IOException {
    if (latency.isPresent()) {
      out.integer(latency.get().toNanos() / 1_000);
    } else {
      out.absent();
    }
  }

  private static void vector(Decision decision, Cells out) throws IOException {
    int count = decision.featureCount();
    if (count == 0) {
      out.absent();
      return;
    }
    float[] vector = new float[count];
    for (int i = 0; i < count; i++) {
      vector[i] = decision.feature(i);
    }
    out.vector(vector);
  }
}
