package dev.mlinfra.internal.feature;

import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.feature.Feature;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureType;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.check.EventTime;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import dev.mlinfra.spi.check.Texts;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a row must be to belong to a view. */
final class FeatureRules {
  private static final int MAX_TEXT_CHARS = 4_096;
  private static final long EXACT_LONG = 1L << 53;

  private final FeatureView view;
  private final Map<String, Feature> features;
  private final Clock clock;

  FeatureRules(FeatureView view, Clock clock) {
    this.view = view;
    this.clock = clock;
    this.features =
        view.features().stream().collect(Collectors.toMap(Feature::name, Function.identity()));
  }

  /**
   * Checks a row.
   *
   * @throws InvalidInputException naming the first broken rule
   */
  void check(FeatureRow row) {
    firstFault(row)
        .ifPresent(
            fault -> {
              throw new InvalidInputException(fault);
            });
  }

  private Optional<String> firstFault(FeatureRow row) {
    Optional<String> fault =
        NameRule.KEY_PART
            .fault("feature entity of view " + view.name(), row.entity())
            .or(() -> timeFault(row, "eventTime", row.eventTime()))
            .or(() -> row.knownAt().flatMap(at -> timeFault(row, "knownAt", at)));
    if (fault.isEmpty() && row.values().isEmpty()) {
      fault =
          Optional.of(
              Faults.line(
                  subject(row, "values"), "{}", "must have at least one value", "add value(...)"));
    }
    for (Map.Entry<String, Object> entry : row.values().entrySet()) {
      if (fault.isPresent()) {
        break;
      }
      fault = valueFault(row, entry.getKey(), entry.getValue());
    }
    return fault;
  }

  private Optional<String> timeFault(FeatureRow row, String name, Instant at) {
    return EventTime.fault(subject(row, name), at, clock.instant());
  }

  private Optional<String> valueFault(FeatureRow row, String name, Object value) {
    Feature feature = features.get(name);
    if (feature == null) {
      return Optional.of(
          subject(row, name)
              + " is not declared; view "
              + view.name()
              + " has "
              + view.definition()
              + ", declare it there");
    }
    return switch (feature.type()) {
      case DOUBLE -> doubleFault(row, feature, value);
      case LONG ->
          value instanceof Long
                  || value instanceof Integer
                  || value instanceof Short
                  || value instanceof Byte
              ? Optional.empty()
              : wrongType(row, feature, value);
      case BOOLEAN -> value instanceof Boolean ? Optional.empty() : wrongType(row, feature, value);
      case TEXT ->
          value instanceof String text
              ? Texts.fault(subject(row, name), text, MAX_TEXT_CHARS)
              : wrongType(row, feature, value);
      case VECTOR -> vectorFault(row, feature, value);
    };
  }

  private Optional<String> doubleFault(FeatureRow row, Feature feature, Object value) {
    boolean exact =
        value instanceof Double
            || value instanceof Float
            || value instanceof Integer
            || value instanceof Short
            || value instanceof Byte
            || (value instanceof Long number && number >= -EXACT_LONG && number <= EXACT_LONG);
    if (!exact) {
      return wrongType(row, feature, value);
    }
    return Double.isFinite(((Number) value).doubleValue())
        ? Optional.empty()
        : notFinite(subject(row, feature.name()), value);
  }

  private Optional<String> vectorFault(FeatureRow row, Feature feature, Object value) {
    if (!(value instanceof float[] vector)) {
      return wrongType(row, feature, value);
    }
    String subject = subject(row, feature.name());
    if (vector.length != feature.length()) {
      return Optional.of(
          Faults.line(
              subject + ".length",
              vector.length,
              "must be " + feature.length(),
              "pass a vector of the declared length"));
    }
    for (float element : vector) {
      if (!Float.isFinite(element)) {
        return notFinite(subject, element);
      }
    }
    return Optional.empty();
  }

  private static Optional<String> notFinite(String subject, Object value) {
    return Optional.of(
        Faults.line(subject, value, "must be finite", "leave the feature out when it is missing"));
  }

  private Optional<String> wrongType(FeatureRow row, Feature feature, Object value) {
    return Optional.of(
        Faults.line(
            subject(row, feature.name()),
            value.getClass().getSimpleName(),
            "must be " + typeName(feature.type()),
            "convert it first"));
  }

  private static String typeName(FeatureType type) {
    return switch (type) {
      case DOUBLE -> "a Double";
      case LONG -> "a Long";
      case BOOLEAN -> "a Boolean";
      case TEXT -> "a String";
      case VECTOR -> "a float[]";
    };
  }

  private String subject(FeatureRow row, String name) {
    return "feature " + view.name() + "." + name + " of " + Texts.quote(row.entity());
  }
}
