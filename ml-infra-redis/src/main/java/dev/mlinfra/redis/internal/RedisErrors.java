package dev.mlinfra.redis.internal;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.runtime.Causes;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The one place where a failure of the driver becomes an exception of the library. */
final class RedisErrors {
  /** Where an older server repeats what it was sent, a password included. */
  private static final String REPEATED_ARGUMENTS = "with args beginning with";

  /** How Redis 6.2 wraps the answer to a command inside a script. */
  private static final Pattern IN_SCRIPT =
      Pattern.compile("^ERR Error running script.*@user_script: ?\\d+: -?([A-Z]+ )");

  private static final Set<String> MISTAKES =
      Set.of("NOAUTH", "WRONGPASS", "NOPERM", "WRONGTYPE", "NOPROTO", "ERR AUTH");

  private static final String CLOSED_WHILE_GREETING = "Connection closed prematurely";

  private RedisErrors() {}

  /** Translates a failure of a running client: everything may be right again later. */
  static MlInfraException of(String server, String subject, Throwable failure) {
    if (failure instanceof MlInfraException known) {
      return known;
    }
    Throwable cause = teller(failure);
    if (cause instanceof RedisCommandTimeoutException) {
      return new TimedOutException(
          "%s had no answer from redis '%s' in time (%s); try again or raise the time-out"
              .formatted(subject, server, told(cause)),
          failure);
    }
    return new UnavailableException(
        "%s failed at redis '%s' (%s); %s"
            .formatted(subject, server, told(cause), nextStep(code(cause))),
        shareable(failure, cause));
  }

  /** Says that a call was not even tried, after a failed attempt to connect. */
  static UnavailableException notTried(
      String server, String subject, Throwable lastFailure, Duration pause) {
    Throwable cause = teller(lastFailure);
    return new UnavailableException(
        "%s was not tried while redis '%s' cannot be reached (%s; next attempt in %d ms); %s"
            .formatted(
                subject, server, told(cause), Math.max(0, pause.toMillis()), nextStep(code(cause))),
        shareable(lastFailure, cause));
  }

  /** Makes a failure final where a person must change something before a start can succeed. */
  static MlInfraException atStart(MlInfraException e) {
    Throwable cause = e.getCause() == null ? e : teller(e.getCause());
    return MISTAKES.contains(code(cause))
        ? new ConfigException(String.valueOf(e.getMessage()), e.getCause())
        : e;
  }

  /** Says whether the server refused the command or key to this user. */
  static boolean forbidden(MlInfraException e) {
    return e.getCause() != null && code(e.getCause()).equals("NOPERM");
  }

  /** Says whether the driver only knows that the connection ended before it was ready. */
  static boolean closedWhileGreeting(Throwable failure) {
    return String.valueOf(teller(failure).getMessage()).contains(CLOSED_WHILE_GREETING);
  }

  /** The first word of what the server answered, as {@code OOM}; empty for any other failure. */
  static String code(Throwable failure) {
    Throwable cause = teller(failure);
    if (!(cause instanceof RedisCommandExecutionException)) {
      return "";
    }
    String message = String.valueOf(cause.getMessage());
    if (message.startsWith("ERR AUTH") || message.startsWith("ERR Client sent AUTH")) {
      return "ERR AUTH";
    }
    Matcher script = IN_SCRIPT.matcher(message);
    String told = script.find() ? script.group(1) : message;
    int end = told.indexOf(' ');
    return end < 0 ? told : told.substring(0, end);
  }

  private static String nextStep(String code) {
    return switch (code) {
      case "" -> "check that the server runs and answers";
      case "NOAUTH", "WRONGPASS" -> "check user and password";
      case "ERR AUTH" -> "the server has no password; remove password(...) or set one there";
      case "NOPERM" -> "grant the command and key pattern (see docs/redis.md)";
      case "OOM" -> "raise maxmemory or shorten times-to-live";
      case "LOADING", "BUSY" -> "wait until the server has finished";
      case "READONLY", "MASTERDOWN" -> "wait for the fail-over or name the primary";
      case "MISCONF" -> "repair the server's disk or its save settings";
      case "WRONGTYPE" -> "another program uses this key; rename or delete it";
      case "NOGROUP" -> "call ensureStreams()";
      case "NOPROTO" -> "call resp(2)";
      default -> "try again";
    };
  }

  /** Keeps the driver's exception unless its text repeats what was sent. */
  private static @Nullable Throwable shareable(Throwable failure, Throwable teller) {
    return String.valueOf(teller.getMessage()).contains(REPEATED_ARGUMENTS) ? null : failure;
  }

  /**
   * The innermost failure that says something, which for a refused login is the server's answer.
   */
  private static Throwable teller(Throwable failure) {
    Throwable told = failure;
    for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
      if (t.getMessage() != null) {
        told = t;
      }
    }
    return told;
  }

  static String told(Throwable cause) {
    String text =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    int repeated = text.indexOf(REPEATED_ARGUMENTS);
    return Causes.oneLine(repeated < 0 ? text : text.substring(0, repeated));
  }
}
