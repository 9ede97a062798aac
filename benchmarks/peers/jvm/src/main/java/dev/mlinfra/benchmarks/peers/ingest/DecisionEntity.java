package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.decision.Decision;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.Nullable;

/** A decision as a team that uses Hibernate would map it. */
@Entity
@Table(name = "agent_decisions", schema = "ml_learning")
@SuppressWarnings("UnusedVariable") // Hibernate reads them
class DecisionEntity {
  @Id
  @Column(name = "decision_id")
  private @Nullable UUID id;

  @Column(name = "decided_at")
  private @Nullable OffsetDateTime decidedAt;

  private @Nullable String agent;
  private @Nullable String mode;
  private @Nullable String model;

  @Column(name = "model_version")
  private @Nullable String modelVersion;

  private @Nullable String action;
  private double propensity;

  @Column(name = "pass_probability")
  private double passProbability;

  private @Nullable Double score;

  @Column(name = "baseline_action")
  private @Nullable String baselineAction;

  private float @Nullable [] features;

  @Column(name = "feature_set")
  private @Nullable String featureSet;

  @ColumnTransformer(write = "?::jsonb")
  private @Nullable String context;

  @Column(name = "latency_us")
  private @Nullable Long latencyMicros;

  private @Nullable String source;

  @Column(name = "source_sequence")
  private long sourceSequence;

  static DecisionEntity of(Decision decision, long sequence) {
    DecisionEntity entity = new DecisionEntity();
    entity.id = decision.id();
    entity.decidedAt = Sql.time(decision);
    entity.agent = decision.agent();
    entity.mode = decision.mode().name();
    entity.model = decision.model();
    entity.modelVersion = decision.modelVersion();
    entity.action = decision.action();
    entity.propensity = decision.propensity();
    entity.passProbability = 1;
    entity.score = decision.score().orElse(0);
    entity.baselineAction = decision.baselineAction().orElse("");
    entity.features = decision.features();
    entity.featureSet = decision.featureSet().orElse("");
    entity.context = Sql.json(decision);
    entity.latencyMicros = Sql.micros(decision);
    entity.source = Sql.SOURCE;
    entity.sourceSequence = sequence;
    return entity;
  }
}
