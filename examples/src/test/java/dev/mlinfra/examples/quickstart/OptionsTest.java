package dev.mlinfra.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OptionsTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void startsServersInATemporaryDirectoryUnlessToldOtherwise() {
    assertThat(Options.parse(List.of()))
        .isEqualTo(new Options(Optional.empty(), false, false, false));
  }

  @Test
  void keepsTheDataWhereTold() {
    assertThat(Options.parse(List.of("--keep", "data", "--hold")).keep())
        .contains(Path.of("data").toAbsolutePath());
  }

  @Test
  void refusesKeepWithoutADirectory() {
    assertThatThrownBy(() -> Options.parse(List.of("--keep")))
        .hasMessage("--keep needs a directory: --keep DIR");
    assertThatThrownBy(() -> Options.parse(List.of("--keep", "--hold")))
        .hasMessage("--keep needs a directory: --keep DIR");
    assertThatThrownBy(() -> Options.parse(List.of("--keep", "")))
        .hasMessage("--keep needs a directory: --keep DIR");
  }

  @Test
  void refusesToKeepWhatItDoesNotStart() {
    assertThatThrownBy(() -> Options.parse(List.of("--stack", "--keep", "data")))
        .hasMessageContaining("--stack starts no servers");
  }

  @Test
  void answersAnUnknownOptionWithOneLineAndTwo() {
    int code = run("--kep");

    assertThat(code).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines(
            "quickstart: does not know '--kep'; ./quickstart --help lists the options\n");
    assertThat(out.size()).isZero();
  }

  @Test
  void printsTheUsageOnRequest() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("--keep DIR", "--stack", "--hold");
  }

  @Test
  void saysTheSameAsTheScriptThatStartsIt() throws IOException {
    Path script = Path.of("..", "quickstart");

    assertThat(Files.readString(script)).contains(Options.USAGE);
  }

  private int run(String... args) {
    return QuickStart.run(
        List.of(args),
        InputStream.nullInputStream(),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }
}
