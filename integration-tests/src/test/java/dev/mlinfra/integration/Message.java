package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** What the answer to bad input must look like. */
final class Message {
  private static final int LONGEST = 2_000;

  private Message() {}

  /**
   * Asserts that a message is one line that says all of these: the subject, the value found, the
   * rule and, after a semicolon or comma, the next step.
   */
  static void assertClear(String message, String... parts) {
    assertThat(message)
        .as("one line")
        .doesNotContain("\n", "\r", "\0")
        .hasSizeLessThan(LONGEST)
        .contains(List.of(parts))
        .matches(".+[;,] .+");
  }
}
