package dev.mlinfra.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.ModelPointers;
import dev.mlinfra.spi.ModelStore;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.testing.fake.Part;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ModelRegistryTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final FakeInfra fake = FakeInfra.create();
  private final RecordingWiring servers = RecordingWiring.opened(fake);
  private final List<String> mirrored = new CopyOnWriteArrayList<>();
  private volatile int refusedVersion;

  ModelRegistryTest() {
    fake.before(
        Part.MODEL_MIRROR,
        call -> {
          if (call.items().get(0) instanceof ModelVersion model
              && model.version() == refusedVersion) {
            throw new CorruptDataException("version was refused by the test");
          }
        });
    fake.after(Part.MODEL_MIRROR, call -> mirrored.add(show(call.items().get(0))));
  }

  private static String show(Object mirrored) {
    return mirrored instanceof Promotion promotion
        ? promotion.alias() + " " + promotion.version()
        : "version " + ((ModelVersion) mirrored).version();
  }

  @Test
  void registersTheSameBytesOnceAndPointsTheAlias() {
    try (MlInfra ml = connect()) {
      ModelVersion first = ml.models().register(model('a'));
      assertThat(ml.models().register(model('a')).version()).isEqualTo(first.version());
      assertThat(ml.models().register(model('b')).version()).isEqualTo(2);
      assertThat(ml.models().current("ranker", "champion")).isEmpty();
      ml.models().promote(NewPromotion.of("ranker", 2).alias("champion").by("me").reason("better"));
      assertThat(ml.models().current("ranker", "champion").orElseThrow().version()).isEqualTo(2);
      assertThat(pointer().version()).isEqualTo(2);
      assertThat(ml.models().history("ranker")).hasSize(1);
    }
  }

  @Test
  void answersFromItsLastAnswerThenFromThePointersWhileTheStoreIsDown() {
    try (MlInfra ml = connect()) {
      ml.models().register(model('a'));
      ml.models().promote(NewPromotion.of("ranker", 1).alias("champion").by("me").reason("first"));
      fake.fail(Part.MODEL_STORE, Part.MODEL_POINTERS);
      assertThat(ml.models().current("ranker", "champion").orElseThrow().version()).isEqualTo(1);
    }
    try (MlInfra restarted = connect()) {
      assertThatThrownBy(() -> restarted.models().current("ranker", "champion"))
          .isInstanceOf(UnavailableException.class);
      fake.heal();
      fake.fail(Part.MODEL_STORE);
      assertThat(restarted.models().current("ranker", "champion").orElseThrow().version())
          .isEqualTo(1);
    }
  }

  @Test
  void pointsAtTheLatestOfTwoPromotionsThatCross() {
    try (MlInfra ml = connect()) {
      ml.models().register(model('a'));
      ml.models().register(model('b'));
      AtomicBoolean crossed = new AtomicBoolean();
      fake.before(
          Part.MODEL_POINTERS,
          call -> {
            if (!crossed.getAndSet(true)) {
              servers
                  .part(ModelStore.class)
                  .promote(
                      NewPromotion.of("ranker", 2).alias("champion").by("other").reason("crosses"));
            }
          });
      ml.models().promote(NewPromotion.of("ranker", 1).alias("champion").by("me").reason("first"));
      assertThat(pointer().version()).isEqualTo(2);
    }
  }

  @Test
  void promotesWhileThePointersAreDown() {
    fake.fail(Part.MODEL_POINTERS);
    try (MlInfra ml = connect()) {
      ml.models().register(model('a'));
      assertThat(
              ml.models()
                  .promote(NewPromotion.of("ranker", 1).alias("champion").by("me").reason("first"))
                  .version())
          .isEqualTo(1);
    }
  }

  @Test
  void catchesUpWithTheMirrorWhenItIsBack() {
    fake.fail(Part.MODEL_MIRROR);
    try (MlInfra ml = connect()) {
      ml.models().register(model('a'));
      ml.models().register(model('b'));
      ml.models().promote(NewPromotion.of("ranker", 2).alias("champion").by("me").reason("better"));
      assertThat(ml.models().current("ranker", "champion").orElseThrow().mirror()).isEmpty();
      assertThat(ml.models().awaitMirror(Duration.ofMillis(30))).isFalse();
      fake.heal();
      assertThat(ml.models().awaitMirror(LONG)).isTrue();
      assertThat(mirrored).containsExactly("version 1", "version 2", "champion 2");
      assertThat(ml.models().versions("ranker").get(1).mirror().orElseThrow().runId())
          .isEqualTo("run-ranker-2");
    }
  }

  @Test
  void passesOverWhatTheMirrorRefusesAndTriesItAgainLater() {
    refusedVersion = 1;
    try (MlInfra ml = connect()) {
      ml.models().register(model('a'));
      ml.models().register(model('b'));
      ml.models().promote(NewPromotion.of("ranker", 2).alias("champion").by("me").reason("better"));
      Await.until("the rest is mirrored", () -> mirrored.contains("champion 2"));
      assertThat(ml.models().awaitMirror(Duration.ofMillis(20))).isFalse();
      refusedVersion = 0;
      assertThat(ml.models().awaitMirror(LONG)).isTrue();
      assertThat(mirrored).contains("version 1");
    }
  }

  @Test
  void isItsOwnMirrorWithoutOne() {
    MlInfraConfig config =
        MlInfraConfig.forService("test").install(fake.only(ModelStore.class)).build();
    try (MlInfra ml = MlInfra.connect(config)) {
      ml.models().register(model('a'));
      assertThat(ml.models().awaitMirror(Duration.ZERO)).isTrue();
    }
  }

  @Test
  void refusesNamesAndFiguresThatBreakARule() {
    assertThatThrownBy(() -> model('a').metrics(Map.of("auc", Double.NaN, "bad name", 1.0)))
        .isInstanceOfSatisfying(
            InvalidInputException.class, e -> assertThat(e.faults()).hasSize(2));
    assertThatThrownBy(() -> NewModel.of("../etc", model('a').artifact()))
        .hasMessageStartingWith("model.name was '../etc'");
    assertThatThrownBy(() -> new Artifact("s3://b/k", "ABC", 1))
        .hasMessageStartingWith("artifact.sha256 was 'ABC'");
    try (MlInfra ml = connect()) {
      assertThatThrownBy(
              () ->
                  ml.models()
                      .promote(NewPromotion.of("ranker", 0).alias("a{b}").by(" ").reason("")))
          .isInstanceOfSatisfying(
              InvalidInputException.class, e -> assertThat(e.faults()).hasSize(4));
    }
  }

  private ModelVersion pointer() {
    return servers.part(ModelPointers.class).find("ranker", "champion").orElseThrow();
  }

  private MlInfra connect() {
    return MlInfra.connect(
        MlInfraConfig.forService("test")
            .install(fake.only(ModelStore.class, ModelPointers.class, ModelMirror.class))
            .build());
  }

  private static NewModel model(char digit) {
    String sha256 = String.valueOf(digit).repeat(64);
    return NewModel.of("ranker", new Artifact("file:///models/" + sha256, sha256, 3));
  }
}
