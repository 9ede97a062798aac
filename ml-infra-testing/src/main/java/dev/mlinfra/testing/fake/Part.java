package dev.mlinfra.testing.fake;

/**
 * The parts of the infrastructure that {@link FakeInfra} plays, each of which can be faulty alone.
 *
 * @since 0.1
 */
public enum Part {
  /** Stores decisions and feedback. */
  DECISION_SINK,
  /** Reads decisions back. */
  DECISION_HISTORY,
  /** Remembers decisions for quick feedback. */
  RECENT_DECISIONS,
  /** Keeps the history of features. */
  OFFLINE_STORE,
  /** Keeps the newest features. */
  ONLINE_STORE,
  /** Carries events. */
  EVENT_BROKER,
  /** Keeps what cannot be processed. */
  DEAD_LETTERS,
  /** Keeps files. */
  ARTIFACT_STORE,
  /** Holds the truth about models. */
  MODEL_STORE,
  /** Knows what aliases mean while the truth is down. */
  MODEL_POINTERS,
  /** Shows models on a tracking server. */
  MODEL_MIRROR,
  /** Keeps what was learned. */
  PATTERN_STORE,
  /** Says that services are to pause. */
  PAUSE_SIGNAL,
  /** Makes the schema. */
  SCHEMA_ADMIN,
  /** Makes the stream. */
  STREAM_ADMIN,
  /** Makes the place for artifacts. */
  BUCKET_ADMIN,
  /** Says how all of it is. */
  PROBE
}
