package dev.mlinfra.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.error.UnavailableException;
import org.junit.jupiter.api.Test;

class CausesTest {
  @Test
  void saysTheMessageOfTheLibraryAloneAndTheClassOfOthers() {
    assertThat(Causes.oneLine(new UnavailableException("it is away; wait")))
        .isEqualTo("it is away; wait");
    assertThat(Causes.oneLine(new IllegalStateException("broken")))
        .isEqualTo("IllegalStateException: broken");
    assertThat(Causes.oneLine(new IllegalStateException("two\r\n lines")))
        .isEqualTo("IllegalStateException: two lines");
    assertThat(Causes.oneLine(new IllegalStateException())).isEqualTo("IllegalStateException");
  }

  @Test
  void keepsToOneLineThatSteersNoTerminal() {
    assertThat(Causes.oneLine("ERROR: a\r\n  Detail: b\u2028c\u001b[31m\u202ed\0\t"))
        .isEqualTo("ERROR: a; Detail: b; c\\u001b[31m\\u202ed\\u0000");
  }

  @Test
  void keepsWhatOthersWroteShortAndNoCharacterHalf() {
    assertThat(Causes.oneLine("x".repeat(300))).hasSize(300);
    assertThat(Causes.oneLine("x".repeat(301))).isEqualTo("x".repeat(300) + "...");
    assertThat(Causes.oneLine("x".repeat(299) + "\ud83d\ude00")).isEqualTo("x".repeat(299) + "...");
  }

  @Test
  void namesAnExceptionWhoseOwnWordsThrow() {
    assertThat(Causes.oneLine(new Speechless())).isEqualTo(Speechless.class.getName());
  }

  private static final class Speechless extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("by the test");
    }
  }
}
