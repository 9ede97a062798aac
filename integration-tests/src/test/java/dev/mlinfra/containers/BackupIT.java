package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One backup, taken while a host wrote and an operator removed, and what can be done with it. What
 * must leave empty servers empty runs before what fills them.
 */
@Tag("containers")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BackupIT {
  private static BackupServers source;
  private static BackupServers empty;
  private static Path backup;
  private static int registeredBefore;
  private static int registeredAfter;
  private static int removedMeanwhile;

  @BeforeAll
  static void takesABackupWhileAHostWrites() {
    CompletableFuture<BackupServers> target =
        CompletableFuture.supplyAsync(() -> BackupServers.start("target"));
    try {
      source = BackupServers.start("source");
    } finally {
      empty = target.join();
    }
    try (BusyHost host = new BusyHost(source)) {
      Await.until("60 models", Duration.ofMinutes(2), () -> host.registeredModels() >= 60);
      registeredBefore = host.registeredModels();
      int removed = host.removedModels();
      backup = Path.of(lastLine(source.scripts().run("scripts/backup")));
      registeredAfter = host.registeredModels();
      removedMeanwhile = host.removedModels() - removed;
    }
  }

  @AfterAll
  static void removesTheServers() {
    if (empty != null) {
      empty.close();
    }
    if (source != null) {
      source.close();
    }
  }

  @Test
  void holdsTheDockerFolderUnderTheDayAndAllPartsInItsManifest() throws IOException {
    assertThat(registeredAfter).as("models at the end").isGreaterThan(registeredBefore);
    assertThat(removedMeanwhile).as("models removed meanwhile").isPositive();
    assertThat(backup.getFileName().toString()).matches("\\d{8}");
    assertThat(backup.resolve("docker")).isNotEmptyDirectory();
    assertThat(Files.readString(backup.resolve("manifest.json")))
        .contains("\"parts\": \"docker postgres mlflow bucket\"")
        .contains("\"timescaledbVersion\": \"2.19.3\"")
        .contains("\"vectorVersion\": \"0.8.0\"")
        .contains("\"rowsWithoutObject\": 0")
        .containsPattern("\"agent_decisions\": [1-9]")
        .containsPattern("\"mlflow_model_versions\": [1-9]")
        .contains("\"path\": \"postgres/ml_learning.dump\"");
    assertThat(source.scripts().run("scripts/backup --verify " + backup)).contains("is whole");
    assertThat(source.scripts().run("scripts/backup --list")).contains("whole");
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void restoresIntoEmptyServersAndEveryRowFindsItsObject() throws Exception {
    assertThat(empty.scripts().run("scripts/restore " + backup + " --dry-run"))
        .contains("the servers are empty")
        .contains("nothing was changed");
    assertThat(empty.scripts().run("scripts/restore " + backup + " --yes"))
        .contains("ok: ")
        .contains("0 rows without object");
    assertThat(empty.runs("mlflow")).isTrue();
    assertThat(
            empty.sql(
                "SELECT count(*) FROM timescaledb_information.hypertables WHERE hypertable_schema = 'ml_learning'"))
        .isEqualTo("2");
    try (MlInfra ml =
        MlInfra.connect(empty.config("reader").build()).ensureSchema().verifySchema()) {
      ModelVersion champion = ml.models().current("bts", "champion").orElseThrow();
      assertThat(ml.artifacts().read(champion.artifact())).isNotEmpty();
      assertThat(ml.health().components())
          .allSatisfy(c -> assertThat(c.status().name()).as(c.toString()).isNotEqualTo("DOWN"));
    }
    assertThat(empty.scripts().tryRun("scripts/restore " + backup + " --yes").output())
        .contains("the servers are not empty")
        .contains("add --replace");

    loseAnObject();
    Shell.Answer checked = empty.scripts().tryRun("scripts/lib/check-restored.sh " + backup);
    assertThat(checked.code()).isNotZero();
    assertThat(checked.output()).contains("rows of model_metadata name an object that is not");
    assertThat(empty.scripts().run("scripts/restore " + backup + " --yes --replace"))
        .contains("ok: ");
  }

  private static void loseAnObject() {
    String uri =
        empty.sql("SELECT artifact_uri FROM ml_learning.model_metadata ORDER BY version LIMIT 1");
    empty.mc("rm ml/" + uri.substring("s3://".length()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flipped byte of a dump | was changed: size or SHA-256 is not the manifest's",
        "lost object | lacks the file",
        "file that is not in the manifest | which its manifest does not list",
        "cut manifest | was cut or changed",
        "no manifest | is half-written or no backup",
        "older PostgreSQL | PostgreSQL is 17 here but was 16 in the backup and must be the same",
        "newer PostgreSQL | older ones cannot take it",
        "older TimescaleDB | TimescaleDB is '2.19.3' here but was 2.18.0 in the backup",
        "newer TimescaleDB | TimescaleDB is '2.19.3' here but was 2.20.1 in the backup",
        "other pgvector | pgvector is 0.8.0 here but was 0.7.4 in the backup",
        "newer schema | the schema of this release is ",
        "other format | has format '2' but this release reads format 1"
      })
  void refusesADamagedOrForeignBackupBeforeAnythingIsTouched(String row) throws Exception {
    String damage = row.substring(0, row.indexOf(" | "));
    String before = empty.foreignContents();
    Path copy = empty.backups().resolve("damaged");
    empty
        .scripts()
        .run("mkdir -p %s && rm -rf %s && cp -a %s %2$s".formatted(empty.backups(), copy, backup));
    damage(copy, damage);

    Shell.Answer answer = empty.scripts().tryRun("scripts/restore " + copy + " --yes");

    assertThat(answer.code()).isNotZero();
    List<String> errors =
        answer.output().lines().filter(line -> !line.startsWith("restore: [")).toList();
    assertThat(errors).as(answer.output()).hasSize(1);
    assertThat(errors.get(0))
        .contains(row.substring(row.indexOf(" | ") + 3))
        .startsWith("restore: ");
    assertThat(empty.foreignContents()).isEqualTo(before);
    assertThat(empty.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'ml_learning'"))
        .isEqualTo("0");
  }

  private static void damage(Path copy, String damage) throws IOException {
    Path manifest = copy.resolve("manifest.json");
    switch (damage) {
      case "flipped byte of a dump" -> flip(copy.resolve("postgres/ml_learning.dump"));
      case "lost object" ->
          Shell.inProject().run("find " + copy + "/bucket -type f | head -n 1 | xargs rm");
      case "file that is not in the manifest" ->
          Files.writeString(copy.resolve("bucket/more"), "x");
      case "cut manifest" -> {
        String text = Files.readString(manifest);
        Files.writeString(manifest, text.substring(0, text.length() / 2));
      }
      case "no manifest" -> Files.delete(manifest);
      case "older PostgreSQL" ->
          pretend(copy, "\"postgresqlMajor\": 17", "\"postgresqlMajor\": 16");
      case "newer PostgreSQL" ->
          pretend(copy, "\"postgresqlMajor\": 17", "\"postgresqlMajor\": 18");
      case "older TimescaleDB" -> pretend(copy, "\"2.19.3\"", "\"2.18.0\"");
      case "newer TimescaleDB" -> pretend(copy, "\"2.19.3\"", "\"2.20.1\"");
      case "other pgvector" ->
          pretend(copy, "\"vectorVersion\": \"0.8.0\"", "\"vectorVersion\": \"0.7.4\"");
      case "newer schema" -> pretend(copy, "\"schemaVersion\": ", "\"schemaVersion\": 9");
      case "other format" -> pretend(copy, "\"format\": 1", "\"format\": 2");
      default -> throw new IllegalArgumentException(damage);
    }
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  /** Changes the manifest as a backup of other servers would have it, with a digest that fits. */
  private static void pretend(Path copy, String is, String as) throws IOException {
    Path manifest = copy.resolve("manifest.json");
    String text = Files.readString(manifest);
    assertThat(text).contains(is);
    Files.writeString(manifest, text.replace(is, as));
    Shell.inProject().in(copy).run("sha256sum manifest.json >manifest.json.sha256");
  }

  @Test
  void givesASecondBackupOfTheDayItsOwnNameAndRemovesOldOnesOnlyWhenTold() {
    Shell scripts =
        source.scripts().with("BACKUP_ROOT", source.backups().resolve("several").toString());
    Path first = Path.of(lastLine(scripts.run("scripts/backup")));
    Path second = Path.of(lastLine(scripts.run("scripts/backup")));

    assertThat(second.getFileName().toString()).matches("\\d{8}-\\d{6}");
    assertThat(first).isDirectory();
    Path third = Path.of(lastLine(scripts.run("sleep 1; scripts/backup --keep 1")));
    assertThat(List.of(first, second)).allSatisfy(old -> assertThat(old).doesNotExist());
    assertThat(third).isDirectory();
  }

  @Test
  void saysInOneLineWhatIsMissing() {
    assertThat(
            source.scripts().with("POSTGRES_PASSWORD", "wrong").tryRun("scripts/backup").output())
        .contains("password authentication failed")
        .contains("could not be asked");
    assertThat(source.scripts().with("DOCKER_NETWORK", "bk-none").tryRun("scripts/backup").output())
        .isEqualTo(
            "backup: network 'bk-none' was not found but is where the servers are; run scripts/stack up, or set STACK_NAME");
    assertThat(source.scripts().tryRun("scripts/backup --keep none").output())
        .isEqualTo("backup: --keep was 'none' but must be a number from 1 up");
    assertThat(source.scripts().tryRun("scripts/restore /nowhere").output())
        .contains("backup '/nowhere' was not found");
  }

  private static String lastLine(String output) {
    return output.substring(output.lastIndexOf('\n') + 1);
  }
}
