package dev.mlinfra.internal.training;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.feature.Feature;
import dev.mlinfra.feature.FeatureLookup;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.training.TrainingRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

  private final List<FeatureView> views;

  TrainingColumns(List<FeatureView> views) {
    this.views = views;
  }

  List<String> names() {
    List<String> names = new ArrayList<>(OF_DECISIONS);
    for (FeatureView view : views) {
      names.add(view.name() + ".status");
      view.features().forEach(feature -> names.add(view.name() + "." + feature.name()));
    }
    return List.copyOf(names);
  }

  void write(TrainingRow row, Cells out) {
    try {
      decision(row, out);
      for (FeatureView view : views) {
        features(view, Objects.requireNonNull(row.features().get(view.name())), out);
      }
      out.end();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void decision(TrainingRow row, Cells out) throws IOException {
    Decision decision = row.decision();
    out.text(decision.id().toString());
    out.text(MICROS.format(decision.decidedAt()));
    out.text(decision.agent());
    out.text(decision.mode().name());
    out.text(decision.model());
    out.text(decision.modelVersion());
    out.text(decision.action());
    out.number(decision.propensity());
    out.number(row.weight());
    out.number(row.completeness());
    number(row.reward(), out);
    out.integer(row.feedbackCount());
    flag(row.windowClosed(), out);
    text(row.activatedAt().map(MICROS::format), out);
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

  private static void features(FeatureView view, FeatureLookup answer, Cells out)
      throws IOException {
    out.text(answer.status().name());
    for (Feature feature : view.features()) {
      value(answer.row().map(known -> known.values().get(feature.name())), out);
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
