package dev.mlinfra.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.TimedOutException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretSourceTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void write() throws Exception {
    file = Files.writeString(directory.resolve(".env.sops"), "canary-in-the-file");
  }

  @Test
  void readsADirectoryOfSecretFiles() throws Exception {
    Path mounted = Files.createDirectories(directory.resolve("secrets"));
    Files.writeString(mounted.resolve("ml_infra_postgres_password"), "canary\n");
    Files.writeString(mounted.resolve(".hidden"), "left out");
    Files.createDirectories(mounted.resolve("kubernetes.io"));

    SecretSource source = SecretSource.directory(mounted);

    assertThat(source.names()).containsExactly("ML_INFRA_POSTGRES_PASSWORD");
    assertThat(source.get("ML_INFRA_POSTGRES_PASSWORD").reveal()).isEqualTo("canary");
    assertThat(source.toString()).contains(mounted.toString()).doesNotContain("canary");
  }

  @Test
  void saysThatADirectoryIsMissing() {
    assertThatThrownBy(() -> SecretSource.directory(directory.resolve("none")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none was not readable (NoSuchFileException)");
  }

  @Test
  void readsTheEnvironment() {
    assertThat(SecretSource.environment().get("PATH").reveal()).isEqualTo(System.getenv("PATH"));
  }

  @Test
  void namesWhatIsMissingAndWhere() {
    assertThatThrownBy(() -> sops("printf 'A=1\\nB=\\n'").get("B"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("B was not in " + file + " but must be there; add it to " + file);
  }

  @Test
  void takesEachValueAsSopsWritesIt() {
    SecretSource source =
        sops(
            """
            printf '# a comment\\nKEY=va"l=ue \\n\\nQUOTED="q"\\nLINES=one\\\\ntwo\\nNONE=\\n'""");

    assertThat(source.get("KEY").reveal()).isEqualTo("va\"l=ue ");
    assertThat(source.get("QUOTED").reveal()).isEqualTo("\"q\"");
    assertThat(source.get("LINES").reveal()).isEqualTo("one\ntwo");
    assertThat(source.names()).containsExactly("KEY", "LINES", "QUOTED");
  }

  @Test
  void passesTheFileAndItsTypeAsArguments() throws Exception {
    Path yaml = Files.writeString(directory.resolve("a b;c.yml.sops"), "x");

    SecretSource source = SecretSource.sops(program("echo \"ALL=$*\""), yaml);

    assertThat(source.get("ALL").reveal())
        .isEqualTo("--decrypt --input-type yaml --output-type dotenv " + yaml);
  }

  @Test
  void givesSopsNothingToRead() {
    assertThat(sops("read line && echo A=typed || echo A=nothing").get("A").reveal())
        .isEqualTo("nothing");
  }

  @ParameterizedTest
  @CsvSource({
    "25, was changed by hand",
    "51, was changed by hand",
    "128, SOPS_AGE_KEY_FILE",
    "1, was not a SOPS file of type dotenv",
    "77, run sops -d on it to see why"
  })
  void tellsInOneLineWhyWithoutWhatSopsSaid(int exitCode, String expected) {
    Throwable thrown =
        catchThrowable(
            () -> sops("echo A=canary; echo 'Input string canary' >&2; exit " + exitCode));

    assertThat(thrown)
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("secret file " + file + " ")
        .hasMessageContaining(expected)
        .hasMessageNotContaining("\n");
    assertThat(trace(thrown)).doesNotContain("canary");
  }

  @Test
  void killsASopsThatDoesNotEnd() throws Exception {
    Path pid = directory.resolve("pid");
    Sops sops = program("sleep 600 & echo $! > " + pid + "; wait", Duration.ofMillis(500));

    assertThatThrownBy(() -> SecretSource.sops(sops, file))
        .isInstanceOf(TimedOutException.class)
        .hasMessageContaining("was not decrypted within 500 ms");
    long child = Long.parseLong(Files.readString(pid).trim());
    assertThat(ProcessHandle.of(child).map(SecretSourceTest::ended).orElse(true)).isTrue();
  }

  @Test
  void refusesMoreThanAMegabyte() {
    assertThatThrownBy(() -> sops("head -c 2000000 /dev/zero"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("secret file " + file);
  }

  @Test
  void saysHowToGetSops() {
    assertThatThrownBy(
            () -> SecretSource.sops(new Sops(Optional.empty(), Duration.ofSeconds(1)), file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("needs the program sops")
        .hasMessageContaining("the PATH has none; install it");
  }

  @Test
  void saysThatTheFileIsMissing() {
    assertThatThrownBy(() -> SecretSource.sops(program("true"), directory.resolve("none.sops")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none.sops was not readable but must be a SOPS file");
  }

  private SecretSource sops(String script) {
    return SecretSource.sops(program(script), file);
  }

  private Sops program(String script) {
    return program(script, Duration.ofSeconds(20));
  }

  /** A program in the place of sops, which answers as the real one could be made to. */
  private Sops program(String script, Duration patience) {
    try {
      Path program = Files.writeString(directory.resolve("sops"), "#!/bin/sh\n" + script + "\n");
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
      return new Sops(Optional.of(program), patience);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean ended(ProcessHandle child) {
    try {
      child.onExit().get(10, TimeUnit.SECONDS);
      return true;
    } catch (Exception e) {
      return false;
    }
  }

  private static String trace(Throwable thrown) {
    StringWriter out = new StringWriter();
    thrown.printStackTrace(new PrintWriter(out));
    return out.toString();
  }
}
