package dev.mlinfra.spi.runtime;

import dev.mlinfra.error.MlInfraException;
import java.util.regex.Pattern;

/**
 * Says in one line what went wrong, for messages, dead letters and the log. What others wrote is
 * kept short, and nothing in it can break a line or steer a terminal.
 *
 * @since 0.1
 */
public final class Causes {
  private static final int MAX_TEXT_CHARS = 300;
  private static final int MAX_CAUSE_CHARS = 2_000;
  private static final Pattern BREAKS = Pattern.compile("\\s*\\R\\s*");
  private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\p{Cf}]");

  private Causes() {}

  /**
   * The message of an exception of the library; the class and the message of any other. At most
   * 2,000 characters of it.
   *
   * @param cause may be an exception of the host whose own methods throw
   * @return one line
   * @since 0.1
   */
  @SuppressWarnings("CatchingUnchecked") // the words of the host's exception are its code
  public static String oneLine(Throwable cause) {
    try {
      String message = cause.getMessage();
      if (cause instanceof MlInfraException && message != null) {
        return oneLine(message, " ", MAX_CAUSE_CHARS);
      }
      String name = cause.getClass().getSimpleName();
      return message == null ? name : name + ": " + oneLine(message, " ", MAX_CAUSE_CHARS);
    } catch (Throwable e) {
      return cause.getClass().getName();
    }
  }

  /**
   * What a server or a driver said, whose lines are told apart; at most 300 characters of it.
   *
   * @param text may have many lines
   * @return one line
   * @since 0.1
   */
  public static String oneLine(String text) {
    return oneLine(text, "; ", MAX_TEXT_CHARS);
  }

  private static String oneLine(String text, String joint, int longest) {
    boolean cut = text.length() > longest;
    int end = cut && Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
    String line = BREAKS.matcher(cut ? text.substring(0, end) : text).replaceAll(joint).strip();
    String plain =
        CONTROLS
            .matcher(line)
            .replaceAll(found -> "\\\\u%04x".formatted(found.group().codePointAt(0)));
    return cut ? plain + "..." : plain;
  }
}
