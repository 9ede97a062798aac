package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Looks for a secret in all that a person might read. */
final class Leaks {
  private Leaks() {}

  /** Asserts that neither the exception, its causes and traces nor the log show the secret. */
  static void assertNowhere(String secret, Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text, true));
    assertThat(text.toString()).doesNotContain(secret);
    assertNotLogged(secret);
  }

  static void assertNotLogged(String secret) {
    assertThat(TestLog.text()).isNotEmpty().doesNotContain(secret);
  }
}
