package dev.mlinfra.redis.internal;

import java.util.UUID;

/** The names under which Redis holds what is ours. */
public final class Keys {
  /** Before a view and an entity. */
  public static final String FEATURES = "ml:features:";

  /** Before a decision's id. */
  public static final String DECISIONS = "ml:decisions:";

  /** Before a model's name. */
  public static final String MODELS = "ml:models:";

  /** Pauses all services while it is there. */
  static final String PAUSED = "ml:control:paused";

  /** Shows anyone who looks that the name space is there and has times-to-live. */
  static final String SAMPLE = FEATURES + "sample";

  private Keys() {}

  static String feature(String view, String entity) {
    return FEATURES + view + ':' + entity;
  }

  static String decision(UUID id) {
    return DECISIONS + id;
  }

  static String paused(String service) {
    return PAUSED + ':' + service;
  }

  static String model(String name) {
    return MODELS + name;
  }
}
