package dev.mlinfra.decision;

import dev.mlinfra.spi.check.EventTime;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.Texts;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a decision and its feedback must be to be stored. */
final class DecisionRules {
  static final int MAX_NAME_CHARS = 128;
  static final int MAX_ACTION_CHARS = 256;
  static final int MAX_SUBJECT_CHARS = 256;
  static final int MAX_FEATURES = 4_096;
  static final int MAX_CONTEXT_CHARS = 65_536;
  static final int MAX_CONTEXT_ENTRIES = 1_024;
  private static final Duration MAX_LATENCY = Duration.ofDays(365);
  private static final int OBJECT_BYTES = 240;
  private static final int ENTRY_BYTES = 64;

  private DecisionRules() {}

  static boolean storable(Instant at) {
    return EventTime.allows(at, Instant.now());
  }

  static @Nullable String fault(DecisionBuilder it, Map<String, String> context, Instant at) {
    if (it.nullArgument != null) {
      return "decision."
          + it.nullArgument
          + " was null but must have a value; leave it out instead";
    }
    String fault =
        firstFault(
            Texts.requiredFault("decision.agent", it.agent, MAX_NAME_CHARS),
            Texts.requiredFault("decision.action", it.action, MAX_ACTION_CHARS),
            Texts.fault("decision.model", it.model, MAX_NAME_CHARS),
            Texts.fault("decision.modelVersion", it.modelVersion, MAX_NAME_CHARS));
    if (fault == null && it.baselineAction != null) {
      fault =
          Texts.requiredFault("decision.baselineAction", it.baselineAction, MAX_ACTION_CHARS)
              .orElse(null);
    }
    if (fault == null && it.featureSet != null) {
      fault =
          Texts.requiredFault("decision.featureSet", it.featureSet, MAX_NAME_CHARS).orElse(null);
    }
    if (fault == null && it.subject != null) {
      fault = Texts.requiredFault("decision.subject", it.subject, MAX_SUBJECT_CHARS).orElse(null);
    }
    if (fault == null) {
      fault = numberFault(it);
    }
    if (fault == null) {
      fault = EventTime.fault("decision.decidedAt", at, Instant.now()).orElse(null);
    }
    return fault == null ? contextFault(context) : fault;
  }

  static int sizeBytes(DecisionBuilder it, Map<String, String> context) {
    long size =
        OBJECT_BYTES
            + it.features.length * (long) Float.BYTES
            + it.agent.length()
            + it.model.length()
            + it.modelVersion.length()
            + it.action.length()
            + (it.subject == null ? 0 : it.subject.length());
    for (Map.Entry<String, String> entry : context.entrySet()) {
      size += ENTRY_BYTES + entry.getKey().length() + entry.getValue().length();
    }
    return (int) Math.min(size, Integer.MAX_VALUE);
  }

  private static @Nullable String numberFault(DecisionBuilder it) {
    if (!(it.propensity > 0 && it.propensity <= 1)) {
      return Faults.line(
          "decision.propensity",
          it.propensity,
          "must be in (0, 1]",
          "pass the probability with which the policy chose the action");
    }
    if (it.score != null && !Double.isFinite(it.score)) {
      return Faults.line("decision.score", it.score, "must be finite", "leave it out if unknown");
    }
    if (it.latency != null && (it.latency.isNegative() || it.latency.compareTo(MAX_LATENCY) > 0)) {
      return Faults.line(
          "decision.latency",
          it.latency,
          "must be from zero to " + MAX_LATENCY.toDays() + " days",
          "measure with System.nanoTime()");
    }
    return vectorFault(it.features);
  }

  private static @Nullable String vectorFault(float[] features) {
    if (features.length > MAX_FEATURES) {
      return Faults.line(
          "decision.features.length",
          features.length,
          "must be at most " + MAX_FEATURES,
          "store larger vectors as an artifact");
    }
    for (int i = 0; i < features.length; i++) {
      if (!Float.isFinite(features[i])) {
        return Faults.line(
            "decision.features[" + i + "]",
            features[i],
            "must be finite",
            "replace missing values before logging");
      }
    }
    return null;
  }

  private static @Nullable String contextFault(Map<String, String> context) {
    if (context.size() > MAX_CONTEXT_ENTRIES) {
      return Faults.line(
          "decision.context.size",
          context.size(),
          "must be at most " + MAX_CONTEXT_ENTRIES,
          "store it as an artifact and log its URI");
    }
    long chars = 0;
    for (Map.Entry<String, String> entry : context.entrySet()) {
      chars += entry.getKey().length() + entry.getValue().length();
      if (chars > MAX_CONTEXT_CHARS) {
        return "decision.context had at least "
            + chars
            + " characters but must have at most "
            + MAX_CONTEXT_CHARS
            + "; store it as an artifact and log its URI";
      }
      String fault =
          firstFault(
              Texts.requiredFault("decision.context key", entry.getKey(), MAX_NAME_CHARS),
              Texts.fault("decision.context", entry.getValue(), MAX_CONTEXT_CHARS));
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  @SafeVarargs
  static @Nullable String firstFault(Optional<String>... faults) {
    for (Optional<String> fault : faults) {
      if (fault.isPresent()) {
        return fault.get();
      }
    }
    return null;
  }
}
