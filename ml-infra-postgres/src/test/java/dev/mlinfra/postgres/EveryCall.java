package dev.mlinfra.postgres;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.pattern.LearnedPattern;
import dev.mlinfra.pattern.PatternObservation;
import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.ModelStore;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.PackedRow;
import dev.mlinfra.spi.TrainingReader;
import dev.mlinfra.training.TrainingQuery;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Uses every part once, with one decision of 2019. */
final class EveryCall {
  static final Instant THEN = Instant.parse("2019-11-24T10:00:00Z");

  private EveryCall() {}

  static void on(OpenPostgres postgres) {
    decisions(postgres);
    features(postgres);
    patterns(postgres);
    models(postgres);
    DeadLetterStore letters = postgres.part(DeadLetterStore.class);
    letters.park(new DeadLetter("decision", "1", "{}", "refused", 1));
    letters.list("decision", 10);
    postgres.probe().inventory();
    postgres.close();
  }

  private static void decisions(OpenPostgres postgres) {
    Decision decision = Decision.by("ranker").action("item-79").decidedAt(THEN).build();
    postgres.store(true, List.of(decision));
    postgres.store(false, List.of(decision));
    postgres.reward(true, Feedback.of(decision.id(), 1));
    postgres.reward(false, Feedback.of(decision.id(), 1));
    postgres.activate(true, Activation.of(decision.id()));
    postgres.activate(false, Activation.of(decision.id()));
    postgres
        .part(DecisionReader.class)
        .read(DecisionQuery.between(THEN, THEN.plusSeconds(1)), outcome -> {});
    postgres
        .part(DecisionReader.class)
        .completeness(DecisionQuery.between(THEN, THEN.plusSeconds(1)));
    postgres.part(DecisionSink.class).numbering(() -> 1);
    TrainingReader training = postgres.part(TrainingReader.class);
    training.read(
        TrainingQuery.of(DecisionQuery.between(THEN, THEN.plusSeconds(1)))
            .featuresByAction("user")
            .knownBefore(training.settled(Optional.empty())),
        example -> {});
  }

  private static void features(OpenPostgres postgres) {
    FeatureView view = FeatureView.named("user").number("age").build();
    OfflineStore store = postgres.part(OfflineStore.class);
    store.append(view, List.of(new PackedRow("u1", THEN, THEN, view.schemaHash(), new byte[] {1})));
    store.asOf(view, List.of(new AsOf("u1", THEN)));
    store.latest(view, row -> {});
    store.definition("user", view.schemaHash());
  }

  private static void patterns(OpenPostgres postgres) {
    float[] embedding = new float[64];
    embedding[0] = 1;
    PatternStore store = postgres.part(PatternStore.class);
    store.put(List.of(LearnedPattern.of("item", "item-79").embedding(embedding)));
    store.accumulate(
        List.of(
            new PatternObservation(UUID.randomUUID(), "item", "item-79", Map.of("clicks", 1.0))));
    store.find("item", "item-79");
    store.list("item", 10);
    store.similar("item", embedding, 10);
  }

  private static void models(OpenPostgres postgres) {
    ModelStore store = postgres.part(ModelStore.class);
    Artifact artifact = new Artifact("file:///m", "a".repeat(64), 10);
    ModelVersion version =
        store.register(NewModel.of("bts", artifact).metrics(Map.of("auc", 0.7))).version();
    Promotion promotion =
        store.promote(NewPromotion.of("bts", 1).alias("champion").by("me").reason("better"));
    store.current("bts", "champion");
    store.versions("bts");
    store.history("bts");
    store.unmirrored(10);
    store.mirrored(version, new ModelVersion.Mirrored("run", "1"));
    store.unmirroredPromotions(10);
    store.mirrored(promotion);
  }
}
