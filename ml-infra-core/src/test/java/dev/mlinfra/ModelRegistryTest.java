package dev.mlinfra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.ModelPointers;
import dev.mlinfra.spi.ModelStore;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelRegistryTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final MemoryModels models = new MemoryModels();

  @Test
  void registersTheSameBytesOnceAndPointsTheAlias() {
    try (MlInfra ml = connect()) {
      ModelVersion first = ml.models().register(model('a'));
      assertThat(ml.models().register(model('a')).version()).isEqualTo(first.version());
      assertThat(ml.models().register(model('b')).version()).isEqualTo(2);
      assertThat(ml.models().current("ranker", "champion")).isEmpty();
      ml.models().promote("ranker", 2, "champion", "me", "better");
      assertThat(ml.models().current("ranker", "champion").orElseThrow().version()).isEqualTo(2);
      assertThat(models.pointers.get("ranker/champion").version()).isEqualTo(2);
      assertThat(ml.models().history("ranker")).hasSize(1);
    }
  }

  @Test
  void answersFromItsLastAnswerThenFromThePointersWhileTheStoreIsDown() {
    try (MlInfra ml = connect()) {
      ml.models().register(model('a'));
      ml.models().promote("ranker", 1, "champion", "me", "first");
      models.storeDown = true;
      models.pointersDown = true;
      assertThat(ml.models().current("ranker", "champion").orElseThrow().version()).isEqualTo(1);
    }
    try (MlInfra restarted = connect()) {
      assertThatThrownBy(() -> restarted.models().current("ranker", "champion"))
          .isInstanceOf(UnavailableException.class);
      models.pointersDown = false;
      assertThat(restarted.models().current("ranker", "champion").orElseThrow().version())
          .isEqualTo(1);
    }
  }

  @Test
  void pointsAtTheLatestOfTwoPromotionsThatCross() {
    try (MlInfra ml = connect()) {
      ml.models().register(model('a'));
      ml.models().register(model('b'));
      models.beforeNextPoint = () -> models.promote("ranker", 2, "champion", "other", "crosses");
      ml.models().promote("ranker", 1, "champion", "me", "first");
      assertThat(models.pointers.get("ranker/champion").version()).isEqualTo(2);
    }
  }

  @Test
  void promotesWhileThePointersAreDown() {
    models.pointersDown = true;
    try (MlInfra ml = connect()) {
      ml.models().register(model('a'));
      assertThat(ml.models().promote("ranker", 1, "champion", "me", "first").version())
          .isEqualTo(1);
    }
  }

  @Test
  void catchesUpWithTheMirrorWhenItIsBack() {
    models.mirrorDown = true;
    try (MlInfra ml = connect()) {
      ml.models().register(model('a'));
      ml.models().register(model('b'));
      ml.models().promote("ranker", 2, "champion", "me", "better");
      assertThat(ml.models().current("ranker", "champion").orElseThrow().mirror()).isEmpty();
      assertThat(ml.models().awaitMirror(Duration.ofMillis(30))).isFalse();
      models.mirrorDown = false;
      assertThat(ml.models().awaitMirror(LONG)).isTrue();
      assertThat(models.mirrorCalls).containsExactly("version 1", "version 2", "champion 2");
      assertThat(ml.models().versions("ranker").get(1).mirror().orElseThrow().runId())
          .isEqualTo("run2");
    }
  }

  @Test
  void passesOverWhatTheMirrorRefusesAndTriesItAgainLater() {
    models.refusedVersion = 1;
    try (MlInfra ml = connect()) {
      ml.models().register(model('a'));
      ml.models().register(model('b'));
      ml.models().promote("ranker", 2, "champion", "me", "better");
      Await.until("the rest is mirrored", () -> models.mirrorCalls.contains("champion 2"));
      assertThat(ml.models().awaitMirror(Duration.ofMillis(20))).isFalse();
      models.refusedVersion = 0;
      assertThat(ml.models().awaitMirror(LONG)).isTrue();
      assertThat(models.mirrorCalls).contains("version 1");
    }
  }

  @Test
  void isItsOwnMirrorWithoutOne() {
    MlInfraConfig config =
        MlInfraConfig.forService("test")
            .install(TestModule.providing(ModelStore.class, models))
            .build();
    try (MlInfra ml = MlInfra.connect(config)) {
      ml.models().register(model('a'));
      assertThat(ml.models().awaitMirror(Duration.ZERO)).isTrue();
    }
  }

  @Test
  void refusesNamesAndFiguresThatBreakARule() {
    assertThatThrownBy(() -> model('a').metrics(Map.of("auc", Double.NaN, "bad name", 1.0)))
        .isInstanceOfSatisfying(ConfigException.class, e -> assertThat(e.faults()).hasSize(2));
    assertThatThrownBy(() -> NewModel.of("../etc", model('a').artifact()))
        .hasMessageStartingWith("model.name was '../etc'");
    assertThatThrownBy(() -> new Artifact("s3://b/k", "ABC", 1))
        .hasMessageStartingWith("artifact.sha256 was 'ABC'");
    try (MlInfra ml = connect()) {
      assertThatThrownBy(() -> ml.models().promote("ranker", 0, "a{b}", " ", ""))
          .isInstanceOfSatisfying(ConfigException.class, e -> assertThat(e.faults()).hasSize(4));
    }
  }

  private MlInfra connect() {
    return MlInfra.connect(
        MlInfraConfig.forService("test")
            .install(TestModule.providing(ModelStore.class, models))
            .install(TestModule.providing(ModelPointers.class, models))
            .install(TestModule.providing(ModelMirror.class, models))
            .build());
  }

  private static NewModel model(char digit) {
    String sha256 = String.valueOf(digit).repeat(64);
    return NewModel.of("ranker", new Artifact("file:///models/" + sha256, sha256, 3));
  }
}
