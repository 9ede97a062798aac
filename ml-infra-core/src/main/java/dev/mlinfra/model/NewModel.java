package dev.mlinfra.model;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import dev.mlinfra.spi.check.Texts;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A model to be registered: its name, its stored bytes, its figures. Immutable.
 *
 * @param name the model's name
 * @param artifact its bytes, stored already
 * @param metrics figures by name, all finite
 * @param tags short notes by name
 * @since 0.1
 */
public record NewModel(
    String name, Artifact artifact, Map<String, Double> metrics, Map<String, String> tags) {
  private static final int MAX_TAG_CHARS = 5_000;

  /**
   * Copies the maps and checks names and figures.
   *
   * @throws dev.mlinfra.error.InvalidInputException with every broken rule
   * @since 0.1
   */
  public NewModel {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(artifact, "artifact");
    metrics = Map.copyOf(metrics);
    tags = Map.copyOf(tags);
    Faults faults = new Faults().name("model.name", name, NameRule.LABEL);
    metrics.forEach(
        (metric, value) -> {
          faults.name("model.metric", metric, NameRule.IDENTIFIER);
          if (!Double.isFinite(value)) {
            faults.add("model.metric " + metric, value, "must be finite", "leave it out");
          }
        });
    tags.forEach(
        (tag, value) -> {
          faults.name("model.tag", tag, NameRule.IDENTIFIER);
          Texts.fault("model.tag " + tag, value, MAX_TAG_CHARS).ifPresent(faults::addLine);
        });
    faults.refuseIfAny();
  }

  /**
   * Starts with a name and stored bytes, without figures.
   *
   * @param name the model's name
   * @param artifact its bytes
   * @return the model
   * @throws dev.mlinfra.error.InvalidInputException when the name breaks a rule
   * @since 0.1
   */
  public static NewModel of(String name, Artifact artifact) {
    return new NewModel(name, artifact, Map.of(), Map.of());
  }

  /**
   * Sets the figures.
   *
   * @param values by name, all finite
   * @return a changed copy
   * @throws dev.mlinfra.error.InvalidInputException when a name or figure breaks a rule
   * @since 0.1
   */
  public NewModel metrics(Map<String, Double> values) {
    return new NewModel(name, artifact, values, tags);
  }

  /**
   * Adds a figure.
   *
   * @param metric its name
   * @param value finite
   * @return a changed copy
   * @throws dev.mlinfra.error.InvalidInputException when its name or value breaks a rule
   * @since 0.1
   */
  public NewModel metric(String metric, double value) {
    Map<String, Double> more = new HashMap<>(metrics);
    more.put(metric, value);
    return metrics(more);
  }

  /**
   * Sets the notes.
   *
   * @param values by name
   * @return a changed copy
   * @throws dev.mlinfra.error.InvalidInputException when a name or note breaks a rule
   * @since 0.1
   */
  public NewModel tags(Map<String, String> values) {
    return new NewModel(name, artifact, metrics, values);
  }
}
