package dev.mlinfra.telemetry;

import static dev.mlinfra.telemetry.Instrument.Type.COUNTER;
import static dev.mlinfra.telemetry.Instrument.Type.GAUGE;
import static dev.mlinfra.telemetry.Instrument.Type.TIMER;

import dev.mlinfra.spi.check.Faults;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is measured: its name, type, unit and meaning. The constants are all that the library
 * measures, and their names are public: dashboards and alerts rely on them. A module of somebody
 * else makes its own, and keeps them in constants. Immutable.
 *
 * @param meterName lower-case words with dots between, as {@code acme.cache.reads}; those that
 *     begin with {@code ml.} are the library's
 * @param type what kind of meter it is
 * @param unit the base unit in one word, as {@code rows}; empty for a plain number; {@code seconds}
 *     for a timer
 * @param description a short phrase
 * @param tagKeys words other than {@code service}, in the order in which {@link Telemetry} gets
 *     their values; every combination of values is a series
 * @since 0.1
 */
public record Instrument(
    String meterName, Type type, String unit, String description, List<String> tagKeys) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(\\.[a-z][a-z0-9]*)+");
  private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9_]*");
  private static final Set<String> OWN_NAMES = new HashSet<>();
  private static final List<Instrument> OWN = new ArrayList<>();

  /** Rows offered to a buffer. */
  public static final Instrument BUFFER_OFFERED =
      own(COUNTER, "ml.buffer.offered", "rows", "Offered by the host", "buffer");

  /** Rows stored. */
  public static final Instrument BUFFER_STORED =
      own(COUNTER, "ml.buffer.stored", "rows", "Stored, repeats included", "buffer");

  /** Rows the store had before. */
  public static final Instrument BUFFER_DUPLICATES =
      own(
          COUNTER,
          "ml.buffer.duplicates",
          "rows",
          "Stored before, after a retry or replay",
          "buffer");

  /** Rows waiting. */
  public static final Instrument BUFFER_ROWS =
      own(GAUGE, "ml.buffer.rows", "rows", "Accepted and not yet stored", "buffer");

  /** Bytes waiting. */
  public static final Instrument BUFFER_BYTES =
      own(GAUGE, "ml.buffer.bytes", "bytes", "Heap held by waiting rows", "buffer");

  /** Rows on disk. */
  public static final Instrument BUFFER_SPOOLED =
      own(GAUGE, "ml.buffer.spooled", "rows", "Accepted and on disk, not yet stored", "buffer");

  /** Rows parked as dead letters. */
  public static final Instrument BUFFER_PARKED =
      own(
          COUNTER,
          "ml.buffer.parked",
          "rows",
          "Refused by the store, kept as dead letters",
          "buffer");

  /** Rows sampled out. */
  public static final Instrument BUFFER_SAMPLED_OUT =
      own(COUNTER, "ml.buffer.sampled.out", "rows", "Left out by sampling", "buffer");

  /** Rows dropped. */
  public static final Instrument BUFFER_DROPPED =
      own(COUNTER, "ml.buffer.dropped", "rows", "Dropped", "buffer", "reason");

  /** Rows rejected. */
  public static final Instrument BUFFER_REJECTED =
      own(COUNTER, "ml.buffer.rejected", "rows", "Rejected, all reasons", "buffer");

  /** Failed writes. */
  public static final Instrument BUFFER_WRITE_FAILURES =
      own(
          COUNTER,
          "ml.buffer.write.failures",
          "writes",
          "Writes that failed and are retried",
          "buffer");

  /** Time of a write. */
  public static final Instrument BUFFER_WRITE =
      own(TIMER, "ml.buffer.write", "seconds", "Time of one successful batch write", "buffer");

  /** Bytes in the spool. */
  public static final Instrument SPOOL_BYTES =
      own(GAUGE, "ml.spool.bytes", "bytes", "On disk, quarantined files included");

  /** Files that wait in the spool. */
  public static final Instrument SPOOL_FILES =
      own(GAUGE, "ml.spool.files", "files", "Waiting to be stored");

  /** Rows that wait in the spool. */
  public static final Instrument SPOOL_ROWS =
      own(GAUGE, "ml.spool.rows", "rows", "Waiting to be stored, those of dead processes included");

  /** Rows stored from the spool. */
  public static final Instrument SPOOL_REPLAYED =
      own(
          COUNTER,
          "ml.spool.replayed",
          "rows",
          "Stored from the spool, those of dead processes included",
          "buffer");

  /** Files that were set aside. */
  public static final Instrument SPOOL_QUARANTINED =
      own(COUNTER, "ml.spool.quarantined", "files", "Damaged or foreign, set aside");

  /** Failures of the disk. */
  public static final Instrument SPOOL_FAILURES =
      own(COUNTER, "ml.spool.failures", "calls", "Refused by the disk; the spool rests meanwhile");

  /** Batches that found no room. */
  public static final Instrument SPOOL_FULL =
      own(COUNTER, "ml.spool.full", "batches", "Found no room and stayed in memory");

  /** Time of an online read. */
  public static final Instrument FEATURES_ONLINE =
      own(TIMER, "ml.features.online", "seconds", "Time of one online read", "view");

  /** Entities by status of an online read. */
  public static final Instrument FEATURES_READ =
      own(COUNTER, "ml.features.read", "entities", "Entities read online", "view", "status");

  /** Stored values that could not be trusted. */
  public static final Instrument FEATURES_CORRUPT =
      own(
          COUNTER,
          "ml.features.corrupt",
          "values",
          "Damaged or foreign values, read as missing",
          "view");

  /** Feature rows written. */
  public static final Instrument FEATURES_WRITTEN =
      own(COUNTER, "ml.features.written", "rows", "Rows new in the offline store", "view");

  /** Online writes that failed. */
  public static final Instrument FEATURES_ONLINE_FAILURES =
      own(
          COUNTER,
          "ml.features.online.failures",
          "writes",
          "Online writes that failed; materialize repairs",
          "view");

  /** Time of a point-in-time join. */
  public static final Instrument FEATURES_AS_OF =
      own(TIMER, "ml.features.as.of", "seconds", "Time of one point-in-time join", "view");

  /** Events handled. */
  public static final Instrument EVENTS_HANDLED =
      own(COUNTER, "ml.events.handled", "events", "Acknowledged after the handler", "group");

  /** Handler failures. */
  public static final Instrument EVENTS_FAILURES =
      own(COUNTER, "ml.events.failures", "calls", "Calls of the handler that threw", "group");

  /** Events dead-lettered. */
  public static final Instrument EVENTS_DEAD_LETTERED =
      own(
          COUNTER,
          "ml.events.dead.lettered",
          "events",
          "Given up and kept with their cause",
          "group");

  /** Events claimed. */
  public static final Instrument EVENTS_CLAIMED =
      own(
          COUNTER,
          "ml.events.claimed",
          "events",
          "Taken over from consumers that had gone",
          "group");

  /** Repeated deliveries. */
  public static final Instrument EVENTS_REDELIVERED =
      own(
          COUNTER,
          "ml.events.redelivered",
          "events",
          "Deliveries with an attempt above 1",
          "group");

  /** Pending events whose bodies had gone. */
  public static final Instrument EVENTS_GONE =
      own(
          COUNTER,
          "ml.events.gone",
          "events",
          "Deleted or trimmed while pending, acknowledged unread",
          "group");

  /** Time in the handler. */
  public static final Instrument EVENTS_HANDLER =
      own(TIMER, "ml.events.handler", "seconds", "Time of one call of the handler", "group");

  /** Models registered. */
  public static final Instrument MODELS_REGISTERED =
      own(COUNTER, "ml.models.registered", "versions", "Versions registered", "model");

  /** Models promoted. */
  public static final Instrument MODELS_PROMOTED =
      own(COUNTER, "ml.models.promoted", "promotions", "Aliases pointed", "model");

  /** Mirror backlog. */
  public static final Instrument MODELS_MIRROR_BACKLOG =
      own(GAUGE, "ml.models.mirror.backlog", "versions", "Versions the tracking server lacks");

  /** Mirror failures. */
  public static final Instrument MODELS_MIRROR_FAILURES =
      own(
          COUNTER,
          "ml.models.mirror.failures",
          "calls",
          "Mirror attempts that failed and are retried");

  /** Time of an artifact write. */
  public static final Instrument ARTIFACTS_PUT =
      own(TIMER, "ml.artifacts.put", "seconds", "Time to store one artifact");

  /** Bytes of artifacts written. */
  public static final Instrument ARTIFACTS_PUT_BYTES =
      own(COUNTER, "ml.artifacts.put.bytes", "bytes", "Bytes stored");

  /** Time of an artifact read. */
  public static final Instrument ARTIFACTS_READ =
      own(TIMER, "ml.artifacts.read", "seconds", "Time to read and verify one artifact");

  /** Artifacts whose bytes changed. */
  public static final Instrument ARTIFACTS_CORRUPT =
      own(COUNTER, "ml.artifacts.corrupt", "artifacts", "Reads refused for a differing digest");

  /** Time of a pattern call. */
  public static final Instrument PATTERNS_CALL =
      own(TIMER, "ml.patterns.call", "seconds", "Time of one call", "operation");

  /** Health of a component. */
  public static final Instrument COMPONENT_UP =
      own(
          GAUGE,
          "ml.component.up",
          "",
          "1 up, 0.5 degraded, 0 down, at the last check",
          "component");

  /** Turns of candidates in the shadow. */
  public static final Instrument SHADOW_TURNS =
      own(
          COUNTER,
          "ml.shadow.turns",
          "turns",
          "Turns of a candidate: agreed, differed, failed, timed_out, skipped_full, skipped_circuit,"
              + " skipped_paused, skipped_closed",
          "shadow",
          "policy",
          "outcome");

  /** Time of a policy's answer. */
  public static final Instrument SHADOW_LATENCY =
      own(
          TIMER,
          "ml.shadow.latency",
          "seconds",
          "Time of one answer, of the primary and of each candidate",
          "shadow",
          "policy");

  /** Whether the library is switched off. */
  public static final Instrument PAUSED =
      own(
          GAUGE,
          "ml.paused",
          "",
          "1 while decisions, feedback and events are switched off, else 0");

  /** Reports that the metrics library refused. */
  public static final Instrument TELEMETRY_FAILURES =
      own(
          COUNTER,
          "ml.telemetry.failures",
          "calls",
          "Reports that failed in the metrics library and are missing in the other meters");

  /**
   * Checks the values and copies the keys.
   *
   * @throws dev.mlinfra.error.ConfigException with every broken rule
   * @since 0.1
   */
  public Instrument {
    Objects.requireNonNull(type, "type");
    tagKeys = List.copyOf(tagKeys);
    Faults faults = new Faults();
    if (!NAME.matcher(meterName).matches()
        || (meterName.startsWith("ml.") && !OWN_NAMES.contains(meterName))) {
      faults.add(
          "instrument.meterName",
          meterName,
          "must be lower-case words with dots between, the first not ml",
          "begin with the name of your module");
    }
    if (type == TIMER ? !unit.equals("seconds") : !unit.isEmpty() && !isWord(unit)) {
      faults.add(
          "instrument.unit",
          unit,
          "must be a lower-case word, and seconds for a timer",
          "change it");
    }
    if (description.isBlank()) {
      faults.add("instrument.description", description, "must say what it is", "pass a phrase");
    }
    for (String key : tagKeys) {
      if (!isWord(key) || key.equals("service")) {
        faults.add(
            "instrument.tagKeys", key, "must be a lower-case word, not service", "change it");
      }
    }
    if (Set.copyOf(tagKeys).size() < tagKeys.size()) {
      faults.add("instrument.tagKeys", tagKeys, "must hold each key once", "leave one out");
    }
    faults.throwIfAny();
  }

  /**
   * Lists what the library measures.
   *
   * @return all constants of this class, in their order
   * @since 0.1
   */
  public static List<Instrument> ofLibrary() {
    return List.copyOf(OWN);
  }

  @Override
  public int hashCode() {
    return meterName.hashCode();
  }

  @Override
  public String toString() {
    return meterName;
  }

  private static Instrument own(
      Type type, String name, String unit, String description, String... tagKeys) {
    OWN_NAMES.add(name);
    Instrument made = new Instrument(name, type, unit, description, List.of(tagKeys));
    OWN.add(made);
    return made;
  }

  private static boolean isWord(String text) {
    return WORD.matcher(text).matches();
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
