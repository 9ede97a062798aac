package dev.mlinfra.redis.internal;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.spi.ModelPointers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Keeps one hash a model: each alias with version, digest, size and place of what it means. */
final class RedisModelPointers implements ModelPointers {
  private final RedisLink link;
  private final Duration budget;

  RedisModelPointers(RedisLink link, Duration budget) {
    this.link = link;
    this.budget = budget;
  }

  @Override
  public void point(String alias, ModelVersion version) {
    byte[] line = TextFields.utf8(line(version));
    link.call(
        "pointing alias '" + alias + "' of model '" + version.name() + "'",
        budget,
        commands -> commands.hset(Keys.model(version.name()), alias, line));
  }

  @Override
  public Optional<ModelVersion> find(String name, String alias) {
    byte[] line =
        link.call(
            "look-up of alias '" + alias + "' of model '" + name + "'",
            budget,
            commands -> commands.hget(Keys.model(name), alias));
    return line == null ? Optional.empty() : Optional.of(version(name, alias, line));
  }

  private static String line(ModelVersion version) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("version", Integer.toString(version.version()));
    fields.put("sha256", version.artifact().sha256());
    fields.put("size", Long.toString(version.artifact().sizeBytes()));
    fields.put("created", version.createdAt().toString());
    version
        .mirror()
        .ifPresent(
            mirror -> {
              fields.put("run", mirror.runId());
              fields.put("mirrored", mirror.version());
            });
    fields.put("uri", version.artifact().uri());
    return TextFields.join(fields);
  }

  private static ModelVersion version(String name, String alias, byte[] line) {
    Map<String, String> fields = TextFields.split(TextFields.text(line));
    try {
      Artifact artifact =
          new Artifact(
              field(fields, "uri"), field(fields, "sha256"), Long.parseLong(field(fields, "size")));
      Optional<ModelVersion.Mirrored> mirror =
          Optional.ofNullable(fields.get("run"))
              .map(run -> new ModelVersion.Mirrored(run, field(fields, "mirrored")));
      return new ModelVersion(
          name,
          Integer.parseInt(field(fields, "version")),
          artifact,
          Map.of(),
          Map.of(),
          Instant.parse(field(fields, "created")),
          mirror);
    } catch (NumberFormatException | DateTimeException | InvalidInputException e) {
      throw new CorruptDataException(
          "field '%s' of '%s' was not readable (%s) but must be what promote wrote; promote again or delete it"
              .formatted(alias, Keys.model(name), RedisErrors.told(e)),
          e);
    }
  }

  /** A missing field reads as empty, which no part of a version may be. */
  private static String field(Map<String, String> fields, String name) {
    return fields.getOrDefault(name, "");
  }
}
