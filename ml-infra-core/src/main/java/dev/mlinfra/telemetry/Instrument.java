package dev.mlinfra.telemetry;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.check.Faults;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is measured: its name, type, unit and meaning. The constants are all that the library
 * measures, and their names are public: dashboards and alerts rely on them. A module of somebody
 * else makes its own with {@link #counter}, {@link #gauge} and {@link #timer}. Immutable; equal
 * when all is equal.
 *
 * @since 0.1
 */
public final class Instrument {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(\\.[a-z][a-z0-9]*)+");
  private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9_]*");
  private static final String PREFIX = "ml.";
  private static final List<Instrument> LIBRARY = new ArrayList<>();

  /** Rows offered to a buffer. */
  public static final Instrument BUFFER_OFFERED =
      library("ml.buffer.offered", Type.COUNTER, "rows", "Offered by the host", "buffer");

  /** Rows stored. */
  public static final Instrument BUFFER_STORED =
      library("ml.buffer.stored", Type.COUNTER, "rows", "Stored, repeats included", "buffer");

  /** Rows the store had before. */
  public static final Instrument BUFFER_DUPLICATES =
      library(
          "ml.buffer.duplicates",
          Type.COUNTER,
          "rows",
          "Stored before, after a retry or replay",
          "buffer");

  /** Rows waiting. */
  public static final Instrument BUFFER_ROWS =
      library("ml.buffer.rows", Type.GAUGE, "rows", "Accepted and not yet stored", "buffer");

  /** Bytes waiting. */
  public static final Instrument BUFFER_BYTES =
      library("ml.buffer.bytes", Type.GAUGE, "bytes", "Heap held by waiting rows", "buffer");

  /** Rows on disk. */
  public static final Instrument BUFFER_SPOOLED =
      library(
          "ml.buffer.spooled",
          Type.GAUGE,
          "rows",
          "Accepted and on disk, not yet stored",
          "buffer");

  /** Rows parked as dead letters. */
  public static final Instrument BUFFER_PARKED =
      library(
          "ml.buffer.parked",
          Type.COUNTER,
          "rows",
          "Refused by the store, kept as dead letters",
          "buffer");

  /** Rows sampled out. */
  public static final Instrument BUFFER_SAMPLED_OUT =
      library("ml.buffer.sampled.out", Type.COUNTER, "rows", "Left out by sampling", "buffer");

  /** Rows dropped. */
  public static final Instrument BUFFER_DROPPED =
      library("ml.buffer.dropped", Type.COUNTER, "rows", "Dropped, all reasons", "buffer");

  /** Rows rejected. */
  public static final Instrument BUFFER_REJECTED =
      library("ml.buffer.rejected", Type.COUNTER, "rows", "Rejected, all reasons", "buffer");

  /** Failed writes. */
  public static final Instrument BUFFER_WRITE_FAILURES =
      library(
          "ml.buffer.write.failures",
          Type.COUNTER,
          "writes",
          "Writes that failed and are retried",
          "buffer");

  /** Time of a write. */
  public static final Instrument BUFFER_WRITE =
      library(
          "ml.buffer.write", Type.TIMER, "seconds", "Time of one successful batch write", "buffer");

  /** Bytes in the spool. */
  public static final Instrument SPOOL_BYTES =
      library("ml.spool.bytes", Type.GAUGE, "bytes", "On disk, quarantined files included");

  /** Files that wait in the spool. */
  public static final Instrument SPOOL_FILES =
      library("ml.spool.files", Type.GAUGE, "files", "Waiting to be stored");

  /** Rows that wait in the spool. */
  public static final Instrument SPOOL_ROWS =
      library(
          "ml.spool.rows",
          Type.GAUGE,
          "rows",
          "Waiting to be stored, those of dead processes included");

  /** Rows stored from the spool. */
  public static final Instrument SPOOL_REPLAYED =
      library(
          "ml.spool.replayed",
          Type.COUNTER,
          "rows",
          "Stored from the spool, those of dead processes included",
          "buffer");

  /** Files that were set aside. */
  public static final Instrument SPOOL_QUARANTINED =
      library("ml.spool.quarantined", Type.COUNTER, "files", "Damaged or foreign, set aside");

  /** Failures of the disk. */
  public static final Instrument SPOOL_FAILURES =
      library(
          "ml.spool.failures",
          Type.COUNTER,
          "calls",
          "Refused by the disk; the spool rests meanwhile");

  /** Batches that found no room. */
  public static final Instrument SPOOL_FULL =
      library("ml.spool.full", Type.COUNTER, "batches", "Found no room and stayed in memory");

  /** Time of an online read. */
  public static final Instrument FEATURES_ONLINE =
      library("ml.features.online", Type.TIMER, "seconds", "Time of one online read", "view");

  /** Entities by status of an online read. */
  public static final Instrument FEATURES_READ =
      library(
          "ml.features.read", Type.COUNTER, "entities", "Entities read online", "view", "status");

  /** Stored values that could not be trusted. */
  public static final Instrument FEATURES_CORRUPT =
      library(
          "ml.features.corrupt",
          Type.COUNTER,
          "values",
          "Damaged or foreign values, read as missing",
          "view");

  /** Feature rows written. */
  public static final Instrument FEATURES_WRITTEN =
      library("ml.features.written", Type.COUNTER, "rows", "Rows new in the offline store", "view");

  /** Online writes that failed. */
  public static final Instrument FEATURES_ONLINE_FAILURES =
      library(
          "ml.features.online.failures",
          Type.COUNTER,
          "writes",
          "Online writes that failed; materialize repairs",
          "view");

  /** Time of a point-in-time join. */
  public static final Instrument FEATURES_AS_OF =
      library("ml.features.as.of", Type.TIMER, "seconds", "Time of one point-in-time join", "view");

  /** Events handled. */
  public static final Instrument EVENTS_HANDLED =
      library(
          "ml.events.handled", Type.COUNTER, "events", "Acknowledged after the handler", "group");

  /** Handler failures. */
  public static final Instrument EVENTS_FAILURES =
      library(
          "ml.events.failures", Type.COUNTER, "calls", "Calls of the handler that threw", "group");

  /** Events dead-lettered. */
  public static final Instrument EVENTS_DEAD_LETTERED =
      library(
          "ml.events.dead.lettered",
          Type.COUNTER,
          "events",
          "Given up and kept with their cause",
          "group");

  /** Events claimed. */
  public static final Instrument EVENTS_CLAIMED =
      library(
          "ml.events.claimed",
          Type.COUNTER,
          "events",
          "Taken over from consumers that had gone",
          "group");

  /** Repeated deliveries. */
  public static final Instrument EVENTS_REDELIVERED =
      library(
          "ml.events.redelivered",
          Type.COUNTER,
          "events",
          "Deliveries with an attempt above 1",
          "group");

  /** Pending events whose bodies had gone. */
  public static final Instrument EVENTS_GONE =
      library(
          "ml.events.gone",
          Type.COUNTER,
          "events",
          "Deleted or trimmed while pending, acknowledged unread",
          "group");

  /** Time in the handler. */
  public static final Instrument EVENTS_HANDLER =
      library(
          "ml.events.handler", Type.TIMER, "seconds", "Time of one call of the handler", "group");

  /** Models registered. */
  public static final Instrument MODELS_REGISTERED =
      library("ml.models.registered", Type.COUNTER, "versions", "Versions registered", "model");

  /** Models promoted. */
  public static final Instrument MODELS_PROMOTED =
      library("ml.models.promoted", Type.COUNTER, "promotions", "Aliases pointed", "model");

  /** Mirror backlog. */
  public static final Instrument MODELS_MIRROR_BACKLOG =
      library(
          "ml.models.mirror.backlog", Type.GAUGE, "versions", "Versions the tracking server lacks");

  /** Mirror failures. */
  public static final Instrument MODELS_MIRROR_FAILURES =
      library(
          "ml.models.mirror.failures",
          Type.COUNTER,
          "calls",
          "Mirror attempts that failed and are retried");

  /** Time of an artifact write. */
  public static final Instrument ARTIFACTS_PUT =
      library("ml.artifacts.put", Type.TIMER, "seconds", "Time to store one artifact");

  /** Bytes of artifacts written. */
  public static final Instrument ARTIFACTS_PUT_BYTES =
      library("ml.artifacts.put.bytes", Type.COUNTER, "bytes", "Bytes stored");

  /** Time of an artifact read. */
  public static final Instrument ARTIFACTS_READ =
      library("ml.artifacts.read", Type.TIMER, "seconds", "Time to read and verify one artifact");

  /** Artifacts whose bytes changed. */
  public static final Instrument ARTIFACTS_CORRUPT =
      library(
          "ml.artifacts.corrupt",
          Type.COUNTER,
          "artifacts",
          "Reads refused for a differing digest");

  /** Time of a pattern call. */
  public static final Instrument PATTERNS_CALL =
      library("ml.patterns.call", Type.TIMER, "seconds", "Time of one call", "operation");

  /** Health of a component. */
  public static final Instrument COMPONENT_UP =
      library(
          "ml.component.up",
          Type.GAUGE,
          "",
          "1 up, 0.5 degraded, 0 down, at the last check",
          "component");

  /** Turns of candidates in the shadow. */
  public static final Instrument SHADOW_TURNS =
      library(
          "ml.shadow.turns",
          Type.COUNTER,
          "turns",
          "Turns of a candidate: agreed, differed, failed, timed_out, skipped_full, skipped_circuit,"
              + " skipped_paused, skipped_closed",
          "shadow",
          "policy",
          "outcome");

  /** Time of a policy's answer. */
  public static final Instrument SHADOW_LATENCY =
      library(
          "ml.shadow.latency",
          Type.TIMER,
          "seconds",
          "Time of one answer, of the primary and of each candidate",
          "shadow",
          "policy");

  /** Whether the library is switched off. */
  public static final Instrument PAUSED =
      library(
          "ml.paused",
          Type.GAUGE,
          "",
          "1 while decisions, feedback and events are switched off, else 0");

  /** Reports that the metrics library refused. */
  public static final Instrument TELEMETRY_FAILURES =
      library(
          "ml.telemetry.failures",
          Type.COUNTER,
          "calls",
          "Reports that failed in the metrics library and are missing in the other meters");

  private final String meterName;
  private final Type type;
  private final String unit;
  private final String description;
  private final List<String> tagKeys;

  private Instrument(
      String meterName, Type type, String unit, String description, List<String> tagKeys) {
    this.meterName = meterName;
    this.type = type;
    this.unit = unit;
    this.description = description;
    this.tagKeys = tagKeys;
  }

  /**
   * Makes a counter of a module that is not one of the library's.
   *
   * @param name two or more lower-case words with dots between, as {@code acme.cache.hits}; those
   *     that begin with {@code ml.} are the library's
   * @param unit one lower-case word, as {@code reads}; empty for a plain number
   * @param description a short phrase
   * @param tagKeys lower-case words, each once; few values each, since every combination is a
   *     series
   * @return the instrument, to be kept in a constant
   * @throws ConfigException with every broken rule
   * @since 0.1
   */
  public static Instrument counter(
      String name, String unit, String description, String... tagKeys) {
    return foreign(name, Type.COUNTER, unit, description, List.of(tagKeys));
  }

  /**
   * Makes a gauge of a module that is not one of the library's.
   *
   * @param name as for {@link #counter}
   * @param unit as for {@link #counter}
   * @param description a short phrase
   * @param tagKeys as for {@link #counter}
   * @return the instrument, to be kept in a constant
   * @throws ConfigException with every broken rule
   * @since 0.1
   */
  public static Instrument gauge(String name, String unit, String description, String... tagKeys) {
    return foreign(name, Type.GAUGE, unit, description, List.of(tagKeys));
  }

  /**
   * Makes a timer of a module that is not one of the library's; its unit is the second.
   *
   * @param name as for {@link #counter}
   * @param description a short phrase
   * @param tagKeys as for {@link #counter}
   * @return the instrument, to be kept in a constant
   * @throws ConfigException with every broken rule
   * @since 0.1
   */
  public static Instrument timer(String name, String description, String... tagKeys) {
    return foreign(name, Type.TIMER, "seconds", description, List.of(tagKeys));
  }

  /**
   * Lists what the library measures.
   *
   * @return all constants of this class, in their order
   * @since 0.1
   */
  public static List<Instrument> ofLibrary() {
    return List.copyOf(LIBRARY);
  }

  /**
   * Returns the dotted name.
   *
   * @return as {@code ml.buffer.stored}
   * @since 0.1
   */
  public String meterName() {
    return meterName;
  }

  /**
   * Returns what kind of meter it is.
   *
   * @return the type
   * @since 0.1
   */
  public Type type() {
    return type;
  }

  /**
   * Returns the base unit.
   *
   * @return as {@code rows}; empty for a plain number
   * @since 0.1
   */
  public String unit() {
    return unit;
  }

  /**
   * Returns what it measures.
   *
   * @return a short phrase
   * @since 0.1
   */
  public String description() {
    return description;
  }

  /**
   * Returns the tag keys, in the order in which {@link Telemetry} gets their values.
   *
   * @return unmodifiable
   * @since 0.1
   */
  public List<String> tagKeys() {
    return tagKeys;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this
        || (other instanceof Instrument that
            && meterName.equals(that.meterName)
            && type == that.type
            && unit.equals(that.unit)
            && description.equals(that.description)
            && tagKeys.equals(that.tagKeys));
  }

  @Override
  public int hashCode() {
    return meterName.hashCode();
  }

  /** Returns the dotted name. */
  @Override
  public String toString() {
    return meterName;
  }

  private static Instrument library(
      String name, Type type, String unit, String description, String... tagKeys) {
    Instrument made = new Instrument(name, type, unit, description, List.of(tagKeys));
    LIBRARY.add(made);
    return made;
  }

  private static Instrument foreign(
      String name, Type type, String unit, String description, List<String> tagKeys) {
    Faults faults = new Faults();
    if (!NAME.matcher(name).matches() || name.startsWith(PREFIX)) {
      faults.add(
          "instrument.name",
          name,
          "must be lower-case words with dots between, the first not ml",
          "begin with the name of your module");
    }
    if (!unit.isEmpty() && !WORD.matcher(unit).matches()) {
      faults.add(
          "instrument.unit", unit, "must be one lower-case word", "as reads, or leave it empty");
    }
    if (description.isBlank()) {
      faults.add(
          "instrument.description", description, "must say what it is", "pass a short phrase");
    }
    for (String key : tagKeys) {
      if (!WORD.matcher(key).matches() || key.equals("service")) {
        faults.add(
            "instrument.tagKeys",
            key,
            "must be a lower-case word and not service",
            "choose another");
      }
    }
    if (new HashSet<>(tagKeys).size() < tagKeys.size()) {
      faults.add("instrument.tagKeys", tagKeys, "must hold each key once", "leave one out");
    }
    faults.throwIfAny();
    return new Instrument(name, type, unit, description, tagKeys);
  }

  /**
   * Kinds of meters.
   *
   * @since 0.1
   */
  public enum Type {
    /** A sum that only grows. */
    COUNTER,
    /** A value of this instant. */
    GAUGE,
    /** Durations with their count. */
    TIMER
  }
}
