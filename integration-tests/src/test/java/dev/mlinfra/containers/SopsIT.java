package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The credentials that scripts/secrets makes, read from Java through the real sops and age. */
@Tag("containers")
class SopsIT {
  @TempDir Path directory;
  private Path key;
  private Path secrets;

  @BeforeEach
  void makeCredentials() {
    key = directory.resolve("age.key");
    secrets = directory.resolve("stack/.env.sops");
    shell(key).run("scripts/secrets init");
  }

  @Test
  void configuresAServiceFromTheFileThatTheStackUses() throws Exception {
    String said = read(key, secrets);

    assertThat(said)
        .contains("SecretSource[" + secrets + " 8 secrets]", "ML_INFRA_POSTGRES_PASSWORD")
        .contains("MlInfraConfig[ranker [objectstorage, postgres] FAIL_FAST]");
    assertThat(shell(key).run("scripts/secrets exec -- env").lines())
        .filteredOn(line -> line.matches("[A-Z_]+_(PASSWORD|KEY)=.*"))
        .hasSizeGreaterThanOrEqualTo(6)
        .allSatisfy(line -> assertThat(said).doesNotContain(line.replaceFirst(".*?=", "")));
    try (Stream<Path> files = Files.list(secrets.getParent())) {
      assertThat(files)
          .extracting(file -> file.getFileName().toString())
          .containsOnly(".env.sops", ".sops.yaml");
    }
  }

  @Test
  void namesTheKeyThatDoesNotFit() {
    Path other = directory.resolve("other.key");
    shell(other)
        .with("STACK_DIR", directory.resolve("other").toString())
        .run("scripts/secrets init");

    assertThat(read(other, secrets))
        .isEqualTo(
            "ConfigException: secret file "
                + secrets
                + " was encrypted for another age key than "
                + other
                + " has but needs its own; name its file with SOPS_AGE_KEY_FILE");
    assertThat(read(directory.resolve("none.key"), secrets))
        .contains("needs the age key " + directory.resolve("none.key"));
  }

  @Test
  void saysThatTheFileWasChangedByHand() throws Exception {
    String text = Files.readString(secrets);
    Files.writeString(secrets, text.replaceFirst("MINIO_ROOT_USER=.*\n", "MINIO_ROOT_USER=hand\n"));
    assertThat(read(key, secrets)).contains("was changed by hand (sops ended with 25)");

    Files.writeString(secrets, text.replaceFirst("MINIO_ROOT_USER=.*\n", ""));
    assertThat(read(key, secrets)).contains("was changed by hand (sops ended with 51)");
  }

  @Test
  void saysThatAFileIsNoneOfSops() throws Exception {
    Path plain = Files.writeString(directory.resolve(".env"), "ML_INFRA_REDIS_PASSWORD=canary\n");

    assertThat(read(key, plain))
        .contains("was not a SOPS file of type dotenv")
        .doesNotContain("canary");
  }

  private String read(Path ageKey, Path file) {
    return shell(ageKey)
        .with("CLASSPATH", System.getProperty("java.class.path"))
        .with("ML_INFRA_SERVICE", "ranker")
        .with("ML_INFRA_POSTGRES_URL", "jdbc:postgresql://127.0.0.1/detektor")
        .with("ML_INFRA_POSTGRES_USER", "ml_infra")
        .with("ML_INFRA_OBJECTSTORAGE_URL", "http://127.0.0.1:9000")
        .run(
            System.getProperty("java.home")
                + "/bin/java "
                + ReadSecrets.class.getName()
                + " "
                + file);
  }

  private Shell shell(Path ageKey) {
    return Shell.inProject()
        .with("SOPS_AGE_KEY_FILE", ageKey.toString())
        .with("STACK_DIR", secrets.getParent().toString());
  }
}
