package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.embedded.ContainerStack;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.QuotaExceededException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.storage.ObjectStorage;
import dev.mlinfra.testing.RecordingWiring;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quota and the rights of a bucket on MinIO, seen by its own client too. */
@Tag("containers")
class MinioBucketIT {
  private static final String BUCKET = "mlflow-artifacts";
  private static final long TEN_GB = 10_000_000_000L;
  private static final int MORE_THAN_A_PART = 17 << 20;

  @TempDir private static Path directory;
  private static ContainerStack stack;
  private static MinioTools tools;
  private static Secret user;
  private static Secret password;

  @BeforeAll
  static void start() throws Exception {
    stack = ContainerStack.builder().objectStorage().start();
    user = Secret.of("user-" + UUID.randomUUID());
    password = Secret.of(UUID.randomUUID().toString());
    tools = MinioTools.of(stack.objectStorage(), directory, user, password);
    tools.setUpBucket();
  }

  @AfterAll
  static void stop() {
    if (tools != null) {
      tools.close();
    }
    if (stack != null) {
      stack.close();
    }
  }

  @Test
  void ensureBucketSetsTheQuotaThatAnotherClientReads() {
    try (MlInfra ml = connect(asRoot("of-its-own"))) {
      ml.ensureBucket();
      assertThat(tools.quotaOf("of-its-own")).isEqualTo(TEN_GB);
    }
    try (MlInfra ml = connect(asRoot("smaller").quotaBytes(5_000_000))) {
      ml.ensureBucket();
      assertThat(tools.quotaOf("smaller")).isEqualTo(5_000_000);
    }
  }

  @Test
  void leavesTheQuotaThatAnOperatorSet() {
    tools.mc("mb ml/operated");
    tools.mc("quota set ml/operated --size 7MB");
    try (MlInfra ml = connect(asRoot("operated"))) {
      ml.ensureBucket();
    }
    assertThat(tools.quotaOf("operated")).isEqualTo(7_000_000);
  }

  @Test
  void aBucketOverTheQuotaOfTheServerIsOneClearLine() {
    tools.mc("mb ml/full");
    tools.mc("quota set ml/full --size 100KB");
    try (MlInfra ml = connect(asRoot("full"))) {
      ml.ensureBucket();
      assertThatThrownBy(() -> put(ml, 200_000))
          .isInstanceOf(QuotaExceededException.class)
          .hasMessageMatching(
              "bucket 'full' at 127\\.0\\.0\\.1:\\d+ answered HTTP 400"
                  + " XMinioAdminBucketQuotaExceeded to a PUT but must have room; remove old"
                  + " artifacts or raise its quota");
      assertThat(ml.artifacts().read(put(ml, 50_000))).hasSize(50_000);
    }
  }

  @Test
  void aBucketOverTheQuotaOfTheServiceIsOneClearLine() {
    try (MlInfra ml = connect(asRoot("counted").quotaBytes(100_000))) {
      ml.ensureBucket();
      put(ml, 60_000);
      assertThatThrownBy(() -> put(ml, 50_000))
          .isInstanceOf(QuotaExceededException.class)
          .hasMessage(
              "objectstorage quota was 100000 bytes with 60000 in use but 50000 more were asked"
                  + " for; remove old artifacts or raise quotaBytes");
    }
  }

  @Test
  void theUserOfTheBucketMayDoAllThatTheLibraryDoes() throws Exception {
    try (MlInfra ml = connect(asUser(BUCKET))) {
      ml.ensureBucket();
      Artifact small = put(ml, 1_000);
      Artifact large = put(ml, MORE_THAN_A_PART);
      Path copy = directory.resolve("copy");
      ml.artifacts().download(large, copy);

      assertThat(Files.size(copy)).isEqualTo(MORE_THAN_A_PART);
      assertThat(ml.artifacts().read(small)).hasSize(1_000);
      assertThat(ml.artifacts().find(small.sha256())).contains(small);
      assertThat(ml.health().healthy()).isTrue();
      assertThat(ml.inventory()).isNotEmpty();
    }
    assertThat(tools.quotaOf(BUCKET)).isEqualTo(TEN_GB);
  }

  @Test
  void theUserOfTheBucketMayUseNoOther() {
    tools.mc("mb ml/foreign");
    try (RecordingWiring foreign = RecordingWiring.opened(asUser("foreign"))) {
      assertThatThrownBy(
              () ->
                  foreign
                      .part(ArtifactStore.class)
                      .put(new ByteArrayInputStream(new byte[] {1, 2, 3})))
          .isInstanceOf(UnavailableException.class)
          .hasMessageMatching(
              "bucket 'foreign' at \\S+ answered HTTP 403 \\w+ to a PUT but must allow it; check"
                  + " credentials, policy and the clock");
      assertRefused(foreign, "foreign");
    }
    try (RecordingWiring unknown = RecordingWiring.opened(asUser("made-up"))) {
      assertRefused(unknown, "made-up");
    }
    assertThat(tools.mc("ls ml")).doesNotContain("made-up");
  }

  @Test
  void theUserOfTheBucketIsNoAdministrator() {
    tools.mc("mb --ignore-existing ml/foreign");
    for (String command :
        new String[] {
          "admin info user",
          "admin user ls user",
          "admin policy ls user",
          "admin config get user region",
          "quota set user/" + BUCKET + " --size 20GB",
          "quota set user/foreign --size 1GB",
          "rb --force user/" + BUCKET,
          "anonymous set download user/" + BUCKET
        }) {
      Shell.Answer answer = tools.tryMc(command);
      assertThat(answer.code()).as("%s: %s", command, answer.output()).isNotZero();
      assertThat(answer.output()).as(command).containsIgnoringCase("access denied");
    }
    assertThat(tools.quotaOf(BUCKET)).isEqualTo(TEN_GB);
  }

  private static void assertRefused(RecordingWiring wired, String bucket) {
    assertThatThrownBy(() -> wired.part(BucketAdmin.class).ensure())
        .isInstanceOf(ConfigException.class)
        .hasMessageMatching(
            "objectstorage bucket '"
                + bucket
                + "' at \\S+ answered HTTP 403 \\w+ but must let these credentials use it; check"
                + " access key, secret key, policy and the clock, or choose another bucket name");
  }

  private static Artifact put(MlInfra ml, int bytes) {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return ml.artifacts().put(new ByteArrayInputStream(content));
  }

  private static ObjectStorage asRoot(String bucket) {
    return ObjectStorage.at(stack.objectStorage().url())
        .credentials(stack.objectStorage().accessKeyId(), stack.objectStorage().password())
        .bucket(bucket);
  }

  private static ObjectStorage asUser(String bucket) {
    return ObjectStorage.at(stack.objectStorage().url()).credentials(user, password).bucket(bucket);
  }

  private static MlInfra connect(ObjectStorage module) {
    return MlInfra.connect(MlInfraConfig.forService("artifacts").install(module).build());
  }
}
