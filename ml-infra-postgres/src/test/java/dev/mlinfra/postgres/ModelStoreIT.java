package dev.mlinfra.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.error.ConflictException;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.spi.ModelStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ModelStoreIT {
  private final TestDatabase database = TestDatabase.create();
  private final OpenPostgres postgres = OpenPostgres.ready(database);
  private final ModelStore store = postgres.part(ModelStore.class);

  @AfterEach
  void close() {
    postgres.close();
  }

  @Test
  void readsBackWhatWasRegistered() {
    NewModel model =
        NewModel.of("bts", artifact(1))
            .metrics(Map.of("auc", 0.71, "loss", 1e-9))
            .tags(Map.of("note", "first \"try\"\n日本"));
    ModelStore.Registered registered = store.register(model);
    assertThat(registered.created()).isTrue();
    assertThat(registered.version().version()).isEqualTo(1);
    assertThat(store.versions("bts")).containsExactly(registered.version());
    assertThat(registered.version().tags()).isEqualTo(model.tags());
    assertThat(
            database.text(
                "SELECT metric || ' ' || value FROM ml_learning.ml_model_metrics ORDER BY 1"))
        .isEqualTo("auc 0.71,loss 1e-09");
  }

  @Test
  void givesTheSameBytesTheVersionTheyHave() {
    ModelVersion first = store.register(NewModel.of("bts", artifact(1))).version();
    store.register(NewModel.of("bts", artifact(2)));
    assertThat(store.register(NewModel.of("bts", artifact(1))))
        .isEqualTo(new ModelStore.Registered(first, false));
    assertThat(store.register(NewModel.of("other", artifact(1))).version().version()).isEqualTo(1);
  }

  @Test
  void numbersVersionsWithoutGapsHoweverManyRegisterAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        NewModel model = NewModel.of("bts", artifact(i / 2)).metrics(Map.of("auc", 0.5));
        all.add(threads.submit(() -> store.register(model)));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(store.versions("bts"))
        .extracting(ModelVersion::version)
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  }

  @Test
  void remembersWhoPromotedWhatAndWhy() {
    register(2);
    assertThat(store.current("bts", "champion")).isEmpty();
    Promotion first =
        store.promote(NewPromotion.of("bts", 1).alias("champion").by("ann").reason("first"));
    assertThat(store.promote(NewPromotion.of("bts", 1).alias("champion").by("bob").reason("again")))
        .isEqualTo(first);
    Promotion second =
        store.promote(NewPromotion.of("bts", 2).alias("champion").by("bob").reason("better"));
    Promotion back =
        store.promote(
            NewPromotion.of("bts", 1).alias("champion").by("ann").reason("worse after all"));
    assertThat(store.history("bts")).containsExactly(first, second, back);
    assertThat(store.current("bts", "champion").orElseThrow().version()).isEqualTo(1);
    assertThat(store.current("bts", "shadow")).isEmpty();
  }

  @Test
  void refusesToPromoteWhatIsNotRegistered() {
    assertThatThrownBy(
            () ->
                store.promote(NewPromotion.of("bts", 9).alias("champion").by("me").reason("hope")))
        .isInstanceOf(ConflictException.class)
        .hasMessage(
            "model bts version 9 was promoted to champion but is not registered;"
                + " register it first");
  }

  @Test
  void letsNobodyRewriteTheHistory() {
    register(1);
    store.promote(NewPromotion.of("bts", 1).alias("champion").by("ann").reason("first"));
    for (String change :
        List.of(
            "UPDATE ml_learning.model_promotions SET promoted_by = 'eve'",
            "DELETE FROM ml_learning.model_promotions",
            "TRUNCATE ml_learning.model_promotions")) {
      assertThatThrownBy(() -> database.execute(change))
          .rootCause()
          .hasMessageContaining("append-only");
    }
  }

  @Test
  void listsWhatTheMirrorLacksUntilItHasIt() {
    register(2);
    Promotion champion =
        store.promote(NewPromotion.of("bts", 1).alias("champion").by("ann").reason("first"));
    store.promote(NewPromotion.of("bts", 2).alias("shadow").by("ann").reason("try"));
    assertThat(store.unmirrored(10)).extracting(ModelVersion::version).containsExactly(1, 2);
    assertThat(store.unmirrored(1)).hasSize(1);
    assertThat(store.unmirroredPromotions(10)).isEmpty();

    store.mirrored(store.versions("bts").get(0), new ModelVersion.Mirrored("run-1", "7"));

    assertThat(store.unmirrored(10)).extracting(ModelVersion::version).containsExactly(2);
    assertThat(store.versions("bts").get(0).mirror())
        .contains(new ModelVersion.Mirrored("run-1", "7"));
    assertThat(store.unmirroredPromotions(10)).containsExactly(champion);
    store.mirrored(champion);
    assertThat(store.unmirroredPromotions(10)).isEmpty();
  }

  private void register(int versions) {
    for (int i = 0; i < versions; i++) {
      store.register(NewModel.of("bts", artifact(i)));
    }
  }

  private static Artifact artifact(int content) {
    return new Artifact("file:///models/" + content, "%064x".formatted(content), content);
  }
}
