package dev.mlinfra.internal.shadow;

/** What the host's code threw, in words. */
final class Thrown {
  private Thrown() {}

  /** Its own words, or its class when these throw as well. */
  @SuppressWarnings("CatchingUnchecked") // the words are the host's code too
  static String text(Throwable thrown) {
    try {
      return thrown.toString();
    } catch (Throwable e) {
      return thrown.getClass().getName();
    }
  }
}
