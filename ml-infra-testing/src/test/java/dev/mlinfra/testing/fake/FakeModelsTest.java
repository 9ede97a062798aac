package dev.mlinfra.testing.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.error.ConflictException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.ModelPointers;
import dev.mlinfra.spi.ModelStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FakeModelsTest {
  @TempDir Path folder;

  private final OpenFake open = new OpenFake();
  private final ArtifactStore artifacts = open.part(ArtifactStore.class);
  private final ModelStore models = open.part(ModelStore.class);

  @Test
  void storesBytesOnceAndVerifiesThemOnEveryRead() throws IOException {
    Artifact stored = put("weights");
    assertThat(put("weights")).isEqualTo(stored);
    assertThat(artifacts.find(stored.sha256())).contains(stored);
    assertThat(artifacts.read(stored)).asString(StandardCharsets.UTF_8).isEqualTo("weights");
    Path target = folder.resolve("copy");
    artifacts.download(stored, target);
    assertThat(target).hasContent("weights");
    assertThat(artifacts.put(target)).isEqualTo(stored);

    open.fake.damage(stored);
    assertThatThrownBy(() -> artifacts.read(stored)).isInstanceOf(CorruptDataException.class);
    Files.delete(target);
    assertThatThrownBy(() -> artifacts.download(stored, target))
        .isInstanceOf(CorruptDataException.class);
    assertThat(target).doesNotExist();
  }

  @Test
  void refusesAnArtifactThatIsNotThere() {
    Artifact missing = new Artifact("memory://x", "0".repeat(64), 1);
    assertThat(artifacts.find(missing.sha256())).isEmpty();
    assertThatThrownBy(() -> artifacts.read(missing))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("missing");
  }

  @Test
  void numbersVersionsWithoutGapsAndTheSameBytesOnce() {
    assertThat(models.register(NewModel.of("bts", put("1"))).version().version()).isEqualTo(1);
    assertThat(models.register(NewModel.of("other", put("1"))).version().version()).isEqualTo(1);
    assertThat(models.register(NewModel.of("bts", put("2"))).version().version()).isEqualTo(2);
    ModelStore.Registered again = models.register(NewModel.of("bts", put("1")));
    assertThat(again.created()).isFalse();
    assertThat(again.version().version()).isEqualTo(1);
    assertThat(models.versions("bts")).extracting(ModelVersion::version).containsExactly(1, 2);
  }

  @Test
  void appendsAPromotionOnlyWhenItChangesSomething() {
    models.register(NewModel.of("bts", put("1")));
    models.register(NewModel.of("bts", put("2")));
    Promotion first =
        models.promote(NewPromotion.of("bts", 1).alias("champion").by("ann").reason("better"));
    assertThat(
            models.promote(NewPromotion.of("bts", 1).alias("champion").by("bob").reason("again")))
        .isEqualTo(first);
    models.promote(NewPromotion.of("bts", 2).alias("champion").by("ann").reason("best"));
    assertThat(models.current("bts", "champion").map(ModelVersion::version)).contains(2);
    assertThat(models.history("bts")).extracting(Promotion::version).containsExactly(1, 2);
    assertThatThrownBy(
            () -> models.promote(NewPromotion.of("bts", 3).alias("champion").by("ann").reason("?")))
        .isInstanceOf(ConflictException.class);
    assertThat(models.current("bts", "nobody")).isEmpty();
  }

  @Test
  void listsWhatTheMirrorLacks() {
    ModelMirror mirror = open.part(ModelMirror.class);
    ModelVersion version = models.register(NewModel.of("bts", put("1"))).version();
    Promotion promotion =
        models.promote(NewPromotion.of("bts", 1).alias("champion").by("ann").reason("better"));
    assertThat(models.unmirrored(9)).containsExactly(version);
    assertThat(models.unmirroredPromotions(9)).as("its version comes first").isEmpty();

    ModelVersion.Mirrored where = mirror.mirror(version);
    assertThat(mirror.mirror(version)).isEqualTo(where);
    models.mirrored(version, where);
    assertThat(models.unmirrored(9)).isEmpty();
    assertThat(models.unmirroredPromotions(9)).containsExactly(promotion);
    mirror.mirror(promotion, where);
    models.mirrored(promotion);
    assertThat(models.unmirroredPromotions(9)).isEmpty();
    assertThat(models.versions("bts").get(0).mirror()).contains(where);
  }

  @Test
  void remembersWhatAnAliasMeantLast() {
    ModelPointers pointers = open.part(ModelPointers.class);
    ModelVersion version = models.register(NewModel.of("bts", put("1"))).version();
    assertThat(pointers.find("bts", "champion")).isEmpty();
    pointers.point("champion", version);
    assertThat(pointers.find("bts", "champion")).contains(version);
  }

  private Artifact put(String text) {
    return artifacts.put(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }
}
