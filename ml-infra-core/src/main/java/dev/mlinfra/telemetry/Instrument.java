package dev.mlinfra.telemetry;

import java.util.List;

/**
 * Every meter of the library: its name, type, unit and meaning. Names are public: dashboards and
 * alerts rely on them.
 *
 * @since 0.1
 */
public enum Instrument {
  /** Rows offered to a buffer. */
  BUFFER_OFFERED("ml.buffer.offered", Type.COUNTER, "rows", "Offered by the host", "buffer"),
  /** Rows stored. */
  BUFFER_STORED("ml.buffer.stored", Type.COUNTER, "rows", "Stored, repeats included", "buffer"),
  /** Rows the store had before. */
  BUFFER_DUPLICATES(
      "ml.buffer.duplicates",
      Type.COUNTER,
      "rows",
      "Stored before, after a retry or replay",
      "buffer"),
  /** Rows waiting. */
  BUFFER_ROWS("ml.buffer.rows", Type.GAUGE, "rows", "Accepted and not yet stored", "buffer"),
  /** Bytes waiting. */
  BUFFER_BYTES("ml.buffer.bytes", Type.GAUGE, "bytes", "Heap held by waiting rows", "buffer"),
  /** Rows on disk. */
  BUFFER_SPOOLED(
      "ml.buffer.spooled", Type.GAUGE, "rows", "Accepted and on disk, not yet stored", "buffer"),
  /** Rows parked as dead letters. */
  BUFFER_PARKED(
      "ml.buffer.parked",
      Type.COUNTER,
      "rows",
      "Refused by the store, kept as dead letters",
      "buffer"),
  /** Rows sampled out. */
  BUFFER_SAMPLED_OUT(
      "ml.buffer.sampled.out", Type.COUNTER, "rows", "Left out by sampling", "buffer"),
  /** Rows dropped. */
  BUFFER_DROPPED("ml.buffer.dropped", Type.COUNTER, "rows", "Dropped, all reasons", "buffer"),
  /** Rows rejected. */
  BUFFER_REJECTED("ml.buffer.rejected", Type.COUNTER, "rows", "Rejected, all reasons", "buffer"),
  /** Failed writes. */
  BUFFER_WRITE_FAILURES(
      "ml.buffer.write.failures",
      Type.COUNTER,
      "writes",
      "Writes that failed and are retried",
      "buffer"),
  /** Time of a write. */
  BUFFER_WRITE(
      "ml.buffer.write", Type.TIMER, "seconds", "Time of one successful batch write", "buffer"),
  /** Bytes in the spool. */
  SPOOL_BYTES("ml.spool.bytes", Type.GAUGE, "bytes", "On disk, quarantined files included"),
  /** Files that wait in the spool. */
  SPOOL_FILES("ml.spool.files", Type.GAUGE, "files", "Waiting to be stored"),
  /** Rows that wait in the spool. */
  SPOOL_ROWS(
      "ml.spool.rows",
      Type.GAUGE,
      "rows",
      "Waiting to be stored, those of dead processes included"),
  /** Rows stored from the spool. */
  SPOOL_REPLAYED(
      "ml.spool.replayed",
      Type.COUNTER,
      "rows",
      "Stored from the spool, those of dead processes included",
      "buffer"),
  /** Files that were set aside. */
  SPOOL_QUARANTINED("ml.spool.quarantined", Type.COUNTER, "files", "Damaged or foreign, set aside"),
  /** Failures of the disk. */
  SPOOL_FAILURES(
      "ml.spool.failures", Type.COUNTER, "calls", "Refused by the disk; the spool rests meanwhile"),
  /** Batches that found no room. */
  SPOOL_FULL("ml.spool.full", Type.COUNTER, "batches", "Found no room and stayed in memory"),
  /** Time of an online read. */
  FEATURES_ONLINE("ml.features.online", Type.TIMER, "seconds", "Time of one online read", "view"),
  /** Entities by status of an online read. */
  FEATURES_READ(
      "ml.features.read", Type.COUNTER, "entities", "Entities read online", "view", "status"),
  /** Stored values that could not be trusted. */
  FEATURES_CORRUPT(
      "ml.features.corrupt",
      Type.COUNTER,
      "values",
      "Damaged or foreign values, read as missing",
      "view"),
  /** Feature rows written. */
  FEATURES_WRITTEN(
      "ml.features.written", Type.COUNTER, "rows", "Rows new in the offline store", "view"),
  /** Online writes that failed. */
  FEATURES_ONLINE_FAILURES(
      "ml.features.online.failures",
      Type.COUNTER,
      "writes",
      "Online writes that failed; materialize repairs",
      "view"),
  /** Time of a point-in-time join. */
  FEATURES_AS_OF(
      "ml.features.as.of", Type.TIMER, "seconds", "Time of one point-in-time join", "view"),
  /** Events handled. */
  EVENTS_HANDLED(
      "ml.events.handled", Type.COUNTER, "events", "Acknowledged after the handler", "group"),
  /** Handler failures. */
  EVENTS_FAILURES(
      "ml.events.failures", Type.COUNTER, "calls", "Calls of the handler that threw", "group"),
  /** Events dead-lettered. */
  EVENTS_DEAD_LETTERED(
      "ml.events.dead.lettered",
      Type.COUNTER,
      "events",
      "Given up and kept with their cause",
      "group"),
  /** Events claimed. */
  EVENTS_CLAIMED(
      "ml.events.claimed",
      Type.COUNTER,
      "events",
      "Taken over from consumers that had gone",
      "group"),
  /** Repeated deliveries. */
  EVENTS_REDELIVERED(
      "ml.events.redelivered",
      Type.COUNTER,
      "events",
      "Deliveries with an attempt above 1",
      "group"),
  /** Pending events whose bodies had gone. */
  EVENTS_GONE(
      "ml.events.gone",
      Type.COUNTER,
      "events",
      "Deleted or trimmed while pending, acknowledged unread",
      "group"),
  /** Time in the handler. */
  EVENTS_HANDLER(
      "ml.events.handler", Type.TIMER, "seconds", "Time of one call of the handler", "group"),
  /** Models registered. */
  MODELS_REGISTERED(
      "ml.models.registered", Type.COUNTER, "versions", "Versions registered", "model"),
  /** Models promoted. */
  MODELS_PROMOTED("ml.models.promoted", Type.COUNTER, "promotions", "Aliases pointed", "model"),
  /** Mirror backlog. */
  MODELS_MIRROR_BACKLOG(
      "ml.models.mirror.backlog", Type.GAUGE, "versions", "Versions the tracking server lacks"),
  /** Mirror failures. */
  MODELS_MIRROR_FAILURES(
      "ml.models.mirror.failures",
      Type.COUNTER,
      "calls",
      "Mirror attempts that failed and are retried"),
  /** Time of an artifact write. */
  ARTIFACTS_PUT("ml.artifacts.put", Type.TIMER, "seconds", "Time to store one artifact"),
  /** Bytes of artifacts written. */
  ARTIFACTS_PUT_BYTES("ml.artifacts.put.bytes", Type.COUNTER, "bytes", "Bytes stored"),
  /** Time of an artifact read. */
  ARTIFACTS_READ(
      "ml.artifacts.read", Type.TIMER, "seconds", "Time to read and verify one artifact"),
  /** Artifacts whose bytes changed. */
  ARTIFACTS_CORRUPT(
      "ml.artifacts.corrupt", Type.COUNTER, "artifacts", "Reads refused for a differing digest"),
  /** Time of a pattern call. */
  PATTERNS_CALL("ml.patterns.call", Type.TIMER, "seconds", "Time of one call", "operation"),
  /** Health of a component. */
  COMPONENT_UP(
      "ml.component.up",
      Type.GAUGE,
      "",
      "1 up, 0.5 degraded, 0 down, at the last check",
      "component"),
  /** Turns of candidates in the shadow. */
  SHADOW_TURNS(
      "ml.shadow.turns",
      Type.COUNTER,
      "turns",
      "Turns of a candidate: agreed, differed, failed, timed_out, skipped_full, skipped_circuit,"
          + " skipped_paused, skipped_closed",
      "shadow",
      "policy",
      "outcome"),
  /** Time of a policy's answer. */
  SHADOW_LATENCY(
      "ml.shadow.latency",
      Type.TIMER,
      "seconds",
      "Time of one answer, of the primary and of each candidate",
      "shadow",
      "policy"),
  /** Whether the library is switched off. */
  PAUSED(
      "ml.paused",
      Type.GAUGE,
      "",
      "1 while decisions, feedback and events are switched off, else 0"),
  /** Reports that the metrics library refused. */
  TELEMETRY_FAILURES(
      "ml.telemetry.failures",
      Type.COUNTER,
      "calls",
      "Reports that failed in the metrics library and are missing in the other meters");

  private final String meterName;
  private final Type type;
  private final String unit;
  private final String description;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> tagKeys;

  Instrument(String meterName, Type type, String unit, String description, String... tagKeys) {
    this.meterName = meterName;
    this.type = type;
    this.unit = unit;
    this.description = description;
    this.tagKeys = List.of(tagKeys);
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
