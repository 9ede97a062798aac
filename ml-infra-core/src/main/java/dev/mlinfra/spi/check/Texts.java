package dev.mlinfra.spi.check;

import java.util.Optional;

/**
 * What a text must be to be stored: no NUL, no unpaired surrogate, no more than its limit.
 *
 * @since 0.1
 */
public final class Texts {
  private static final int QUOTED_CHARS = 80;

  private Texts() {}

  /**
   * Describes why PostgreSQL or Redis could not keep a text.
   *
   * @param subject what is checked, as {@code decision.action}
   * @param text any text
   * @param maxChars largest allowed length in UTF-16 characters
   * @return one line, or empty when the text can be stored
   * @since 0.1
   */
  public static Optional<String> fault(String subject, String text, int maxChars) {
    if (text.length() > maxChars) {
      return Optional.of(
          subject
              + " had "
              + text.length()
              + " characters but must have at most "
              + maxChars
              + "; store it as an artifact and log its URI");
    }
    int bad = firstUnstorable(text);
    return bad < 0
        ? Optional.empty()
        : Optional.of(
            Faults.line(
                subject,
                text,
                "must not contain "
                    + (text.charAt(bad) == 0 ? "a NUL" : "an unpaired surrogate")
                    + " (found at "
                    + bad
                    + ")",
                "remove it"));
  }

  /**
   * The same for a text that must also not be blank.
   *
   * @param subject what is checked
   * @param text any text
   * @param maxChars largest allowed length in UTF-16 characters
   * @return one line, or empty when the text can be stored and says something
   * @since 0.1
   */
  public static Optional<String> requiredFault(String subject, String text, int maxChars) {
    return text.isBlank()
        ? Optional.of(Faults.line(subject, text, "must not be blank", "pass a name"))
        : fault(subject, text, maxChars);
  }

  /**
   * Renders any value for a message: quoted, at most 80 characters, control characters escaped.
   *
   * @param value any value
   * @return one line
   * @since 0.1
   */
  public static String quote(Object value) {
    if (!(value instanceof CharSequence text)) {
      return String.valueOf(value);
    }
    StringBuilder out = new StringBuilder("'");
    int shown = Math.min(text.length(), QUOTED_CHARS);
    for (int i = 0; i < shown; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || Character.isSurrogate(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append(shown < text.length() ? "..." : "").append('\'').toString();
  }

  private static int firstUnstorable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isLowSurrogate(c)) {
        return i;
      }
      if (Character.isHighSurrogate(c)) {
        if (i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }
}
