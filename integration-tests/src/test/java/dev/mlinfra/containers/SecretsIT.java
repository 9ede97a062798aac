package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code scripts/secrets} answers to a wrong key, a damaged file or a broken editor. */
@Tag("containers")
class SecretsIT {
  private static final int NOT_FOUND = 127;

  @TempDir private static Path directory;
  private static Path key;
  private static Path file;
  private static String good;
  private static String recipient;

  @BeforeAll
  static void makeCredentials() throws IOException {
    key = directory.resolve("age.key");
    file = directory.resolve("stack/.env.sops");
    shell().run("scripts/secrets init");
    good = Files.readString(file);
    recipient = good.replaceFirst("(?s).*map_recipient=(age1[a-z0-9]+).*", "$1");
  }

  @BeforeEach
  void bringBackTheGoodFile() throws IOException {
    Files.writeString(file, good);
  }

  @Test
  void initKeepsWhatIsThere() throws IOException {
    byte[] before = Files.readAllBytes(key);

    assertThat(shell().run("scripts/secrets init")).contains("age.key, kept", ".env.sops, kept");
    assertThat(key).hasBinaryContent(before);
    assertThat(file).hasContent(good);
  }

  @Test
  void namesTheKeyThatIsMissing() {
    Shell without = shell().with("SOPS_AGE_KEY_FILE", "/nonexistent/age.key");

    assertThat(refused(without, "check"))
        .isEqualTo(
            "secrets: the age key /nonexistent/age.key was not readable but opens "
                + file
                + "; put it there, or name it in SOPS_AGE_KEY_FILE");
    assertThat(refused(without, "init"))
        .contains("/nonexistent/age.key was not found; put that key there");
    assertThat(file).hasContent(good);
  }

  @Test
  void namesTheKeyThatDoesNotFit() {
    Path other = directory.resolve("other.key");
    Shell stranger = shell().with("SOPS_AGE_KEY_FILE", other.toString());
    stranger.with("STACK_DIR", directory.resolve("other").toString()).run("scripts/secrets init");

    String answer =
        "secrets: %s was encrypted for %s, which is not the age key in %s; "
            .formatted(file, recipient, other);
    assertThat(refused(stranger, "check")).startsWith(answer);
    assertThat(refused(stranger, "exec -- true")).startsWith(answer);
    assertThat(
            refused(
                shell().with("SOPS_AGE_KEY", stranger.run("grep SECRET \"$SOPS_AGE_KEY_FILE\"")),
                "check"))
        .contains("which is not the age key in the variable SOPS_AGE_KEY; unset it")
        .doesNotContain("AGE-SECRET");
  }

  @Test
  void saysThatAKeyIsNone() throws IOException {
    Path broken = Files.writeString(directory.resolve("broken.key"), "no key\n");

    assertThat(refused(shell().with("SOPS_AGE_KEY_FILE", broken.toString()), "check"))
        .startsWith("secrets: " + broken + " is not an age key but should open " + file);
  }

  static Stream<Arguments> changes() {
    String sum = "its checksum is wrong";
    return Stream.of(
        arguments("a byte of a value", "(MINIO_ROOT_USER=ENC.AES256_GCM,data:....).", "$1*", sum),
        arguments("a value in plain", "MINIO_ROOT_USER=.*", "MINIO_ROOT_USER=hand", sum),
        arguments("a key removed", "MINIO_ROOT_USER=.*\n", "", sum),
        arguments("a key added", "^", "EXTRA=hand\n", sum),
        arguments("the checksum removed", "sops_mac=.*\n", "", sum),
        arguments("a byte of the checksum", "(sops_mac=ENC.AES256_GCM,data:....).", "$1*", sum),
        arguments(
            "the data key", "(FILE-----.n.{20}).", "$1*", "the key that it was encrypted for"),
        arguments("the metadata removed", "(?s)sops_age.*", "", "its sops metadata are not whole"),
        arguments("cut", "(?s)MINIO_ROOT_PASS.*", "", "its sops metadata are not whole"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void saysThatTheFileWasChangedByHand(
      String what, String pattern, String replacement, String reason) throws IOException {
    String changed = good.replaceFirst(pattern, replacement);
    assertThat(changed).as(what).isNotEqualTo(good);
    Files.writeString(file, changed);

    assertThat(refused(shell(), "exec -- echo started"))
        .startsWith("secrets: " + file + " was ")
        .contains("changed by hand, since " + reason)
        .contains("; bring back the last good copy")
        .doesNotContain("started");
    assertThat(refused(shell(), "init")).contains("changed by hand, since " + reason);
    assertThat(file).hasContent(changed);
  }

  @Test
  void namesTheEntryThatIsMissingAndEditAddsIt() throws IOException {
    Path next = directory.resolve("without");
    shell()
        .run(
            """
            plain=$(scripts/secrets exec -- env | grep -E "^($(grep -oE '^[A-Z_]+' .env.template | paste -sd'|'))=")
            . scripts/lib/settings.sh && . scripts/lib/docker.sh && . scripts/lib/secrets.sh && load_settings
            grep -v ^MINIO_ROOT_USER <<<"$plain" | encrypt_secrets %s %s
            """
                .formatted(next, recipient));
    Files.writeString(file, Files.readString(next));

    assertThat(refused(shell().with("MINIO_ROOT_USER", "inherited"), "check"))
        .isEqualTo(
            "secrets: "
                + file
                + " has no value for MINIO_ROOT_USER; add it with scripts/secrets edit");
    editor("echo MINIO_ROOT_USER=added >>\"$1\"").run("scripts/secrets edit");
    assertThat(shell().run("scripts/secrets exec -- printenv MINIO_ROOT_USER")).isEqualTo("added");
  }

  @Test
  void execPassesTheExitCodeOn() {
    assertThat(shell().tryRun("scripts/secrets exec -- sh -c 'exit 42'").code()).isEqualTo(42);
    assertThat(shell().tryRun("scripts/secrets exec -- no-such-command").code())
        .isEqualTo(NOT_FOUND);
    assertThat(refused(shell(), "exec --")).contains("exec needs a command");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exit 3",
        ": >\"$1\"",
        "echo no credential >\"$1\"",
        "sed -i /^MINIO_ROOT_USER/d \"$1\"",
        "kill -9 $$",
        "kill -9 $(ps -o ppid= -p $PPID)"
      })
  void aBrokenEditorChangesNothing(String script) throws IOException {
    List<Path> before = temporary();

    assertThat(refused(editor(script), "edit")).startsWith("secrets: nothing was changed: ");
    assertThat(file).hasContent(good);
    assertThat(temporary()).isEqualTo(before);
  }

  @Test
  void anEditorThatIsNotThereIsNamed() {
    assertThat(refused(shell().with("EDITOR", "/nonexistent/editor"), "edit"))
        .isEqualTo(
            "secrets: nothing was changed: the editor '/nonexistent/editor' ended with code 127;"
                + " set EDITOR to one that works");
  }

  @Test
  void anEditorThatChangesNothingLeavesTheFile() {
    assertThat(editor("true").run("scripts/secrets edit")).isEqualTo("nothing was changed");
    assertThat(file).hasContent(good);
  }

  /** The last line of a command that must not succeed, and the only one that is no progress. */
  private static String refused(Shell shell, String arguments) {
    Shell.Answer answer = shell.tryRun("scripts/secrets " + arguments);
    List<String> lines = answer.output().lines().toList();
    assertThat(answer.code()).as(answer.output()).isEqualTo(2);
    assertThat(lines).filteredOn(line -> !line.endsWith(", kept")).hasSize(1);
    return lines.get(lines.size() - 1);
  }

  private static Shell editor(String script) {
    try {
      Path program = directory.resolve("editor");
      Files.writeString(program, "#!/bin/sh\n" + script + "\n");
      assertThat(program.toFile().setExecutable(true)).isTrue();
      return shell().with("EDITOR", program.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the decrypted text is while it is edited. */
  private static List<Path> temporary() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/dev/shm"))) {
      return files.filter(path -> Files.exists(path.resolve(".env.sops"))).sorted().toList();
    }
  }

  private static Shell shell() {
    return Shell.inProject()
        .with("SOPS_AGE_KEY_FILE", key.toString())
        .with("STACK_DIR", file.getParent().toString());
  }
}
