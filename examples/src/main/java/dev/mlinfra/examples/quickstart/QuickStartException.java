package dev.mlinfra.examples.quickstart;

/** Something did not turn out as it must; the message is one line for the person who ran it. */
final class QuickStartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  QuickStartException(String message) {
    super(message);
  }
}
