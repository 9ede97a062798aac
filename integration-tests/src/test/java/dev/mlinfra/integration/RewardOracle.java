package dev.mlinfra.integration;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.training.RewardAggregate;
import dev.mlinfra.training.TrainingQuery;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;

/** What training sets must say of rewards, from the messages as they arrived, with loops only. */
final class RewardOracle {
  private static final DateTimeFormatter MICROS =
      new DateTimeFormatterBuilder().appendInstant(6).toFormatter();

  private final List<Decision> decisions = new ArrayList<>();
  private final List<Feedback> feedback = new ArrayList<>();
  private final List<Activation> activations = new ArrayList<>();
  private int repeats;

  /** How many messages said what had been said before. */
  int repeats() {
    return repeats;
  }

  void arrived(Decision decision) {
    decisions.add(decision);
  }

  void arrived(Feedback given) {
    for (Feedback before : feedback) {
      if (before.id().equals(given.id())) {
        repeats++;
        return;
      }
    }
    feedback.add(given);
  }

  void arrived(Activation activation) {
    for (Activation before : activations) {
      if (before.decisionId().equals(activation.decisionId())) {
        repeats++;
        return;
      }
    }
    activations.add(activation);
  }

  /** A line for each decision that counts: id, reward, count, closed, activated. */
  List<String> answers(TrainingQuery query, Instant bound) {
    List<String> answers = new ArrayList<>();
    for (Decision decision : decisions) {
      Optional<Instant> activated = activated(decision.id());
      if (!decision.deferred() || activated.isPresent()) {
        Instant start = decision.deferred() ? activated.get() : decision.decidedAt();
        String shown = decision.deferred() ? MICROS.format(start) : "";
        answers.add(decision.id() + reward(query, decision.id(), start, bound) + shown);
      }
    }
    return answers;
  }

  private String reward(TrainingQuery query, UUID decision, Instant start, Instant bound) {
    List<Double> counted = new ArrayList<>();
    for (Feedback one : inOrder(decision, query, start)) {
      boolean replaced = false;
      boolean later = false;
      for (Feedback other : inOrder(decision, query, start)) {
        replaced |= later && other.replaces() && other.kind().equals(one.kind());
        later |= other == one;
      }
      if (!replaced) {
        counted.add(one.reward());
      }
    }
    Optional<Duration> window = query.window();
    String closed =
        window.isEmpty() ? "" : start.plus(window.get()).isAfter(bound) ? "false" : "true";
    OptionalDouble reward =
        counted.isEmpty()
            ? closed.equals("false") ? OptionalDouble.empty() : query.defaultReward()
            : OptionalDouble.of(aggregate(query.aggregate(), counted));
    String shown = reward.isPresent() ? Double.toString(reward.getAsDouble()) : "";
    return "," + shown + "," + counted.size() + "," + closed + ",";
  }

  private List<Feedback> inOrder(UUID decision, TrainingQuery query, Instant start) {
    List<Feedback> within = new ArrayList<>();
    for (Feedback given : feedback) {
      if (given.decisionId().equals(decision)
          && query.decisions().feedbackKind().orElse(given.kind()).equals(given.kind())
          && (query.window().isEmpty()
              || !given.observedAt().isAfter(start.plus(query.window().get())))) {
        within.add(given);
      }
    }
    within.sort(Comparator.comparing(Feedback::observedAt));
    return within;
  }

  private Optional<Instant> activated(UUID decision) {
    for (Activation activation : activations) {
      if (activation.decisionId().equals(decision)) {
        return Optional.of(activation.activatedAt());
      }
    }
    return Optional.empty();
  }

  private static double aggregate(RewardAggregate how, List<Double> rewards) {
    double sum = 0;
    for (double reward : rewards) {
      sum += reward;
    }
    return switch (how) {
      case FIRST -> rewards.get(0);
      case LAST -> rewards.get(rewards.size() - 1);
      case SUM -> sum;
      case MAX -> Collections.max(rewards);
      case MEAN -> sum / rewards.size();
    };
  }
}
