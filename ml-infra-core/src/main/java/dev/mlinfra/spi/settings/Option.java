package dev.mlinfra.spi.settings;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.check.Faults;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Something that a host may choose: its key in plain settings, its default and its rule, in one
 * place. Immutable. Held as a constant, since it is looked up by identity.
 *
 * <pre>{@code
 * static final Option<Duration> TTL = Option.duration("decision_ttl", Duration.ofMinutes(15));
 * }</pre>
 *
 * @param <T> what is chosen
 * @since 0.1
 */
public final class Option<T> {
  private static final Pattern WORD_START = Pattern.compile("_(.)");

  private final String key;
  private final @Nullable T fallback;
  private final BiFunction<Settings, String, Optional<T>> reader;
  private final Rule<T> rule;

  private Option(
      String key,
      @Nullable T fallback,
      BiFunction<Settings, String, Optional<T>> reader,
      Rule<T> rule) {
    this.key = Objects.requireNonNull(key, "key");
    this.fallback = fallback;
    this.reader = reader;
    this.rule = rule;
  }

  /**
   * Anything that can be read from plain settings.
   *
   * @param key lower case, as {@code max_queued_rows}
   * @param fallback unless chosen; null for nothing
   * @param reader reads it from a section
   * @param <T> what is chosen
   * @return the option, without a rule
   * @since 0.1
   */
  public static <T> Option<T> of(
      String key, @Nullable T fallback, BiFunction<Settings, String, Optional<T>> reader) {
    return new Option<>(key, fallback, reader, (faults, subject, value) -> {});
  }

  /**
   * Something that plain settings cannot say.
   *
   * @param key lower case
   * @param <T> what is chosen
   * @return the option, without a default and a rule
   * @since 0.1
   */
  public static <T> Option<T> named(String key) {
    return of(key, null, (settings, name) -> Optional.empty());
  }

  /**
   * A whole number that fits an int.
   *
   * @param key lower case, as {@code max_queued_rows}
   * @param fallback unless chosen
   * @param min smallest allowed
   * @param max largest allowed
   * @return the option
   * @since 0.1
   */
  public static Option<Integer> count(String key, int fallback, int min, int max) {
    // Beyond the range of an int it is beyond every range that is allowed as well.
    return of(
            key,
            fallback,
            (settings, name) ->
                settings
                    .number(name)
                    .map(n -> (int) Math.max(Integer.MIN_VALUE, Math.min(n, Integer.MAX_VALUE))))
        .where((faults, subject, value) -> faults.range(subject, value, min, max));
  }

  /**
   * A whole number.
   *
   * @param key lower case
   * @param fallback unless chosen
   * @param min smallest allowed
   * @param max largest allowed
   * @return the option
   * @since 0.1
   */
  public static Option<Long> number(String key, long fallback, long min, long max) {
    return of(key, fallback, Settings::number)
        .where((faults, subject, value) -> faults.range(subject, value, min, max));
  }

  /**
   * A number that need not be whole.
   *
   * @param key lower case
   * @param fallback unless chosen
   * @return the option, without a rule
   * @since 0.1
   */
  public static Option<Double> decimal(String key, double fallback) {
    return of(key, fallback, Settings::decimal);
  }

  /**
   * A duration longer than zero that can be counted in nanoseconds.
   *
   * @param key lower case
   * @param fallback unless chosen
   * @return the option
   * @since 0.1
   */
  public static Option<Duration> duration(String key, Duration fallback) {
    return of(key, fallback, Settings::duration).where(Faults::duration);
  }

  /**
   * Yes or no; no unless chosen.
   *
   * @param key lower case
   * @return the option
   * @since 0.1
   */
  public static Option<Boolean> flag(String key) {
    return of(key, false, Settings::flag);
  }

  /**
   * A text without a default.
   *
   * @param key lower case
   * @return the option, without a rule
   * @since 0.1
   */
  public static Option<String> text(String key) {
    return of(key, null, Settings::text);
  }

  /**
   * A text.
   *
   * @param key lower case
   * @param fallback unless chosen
   * @return the option, without a rule
   * @since 0.1
   */
  public static Option<String> text(String key, String fallback) {
    return of(key, fallback, Settings::text);
  }

  /**
   * A secret without a default, from the key or the file that {@code <key>_file} names.
   *
   * @param key lower case
   * @return the option, without a rule
   * @since 0.1
   */
  public static Option<Secret> secret(String key) {
    return of(key, null, Settings::secret);
  }

  /**
   * A path without a default.
   *
   * @param key lower case
   * @return the option, without a rule
   * @since 0.1
   */
  public static Option<Path> path(String key) {
    return of(
        key,
        null,
        (settings, name) -> settings.text(name).map(text -> path(settings.subject(name), text)));
  }

  /**
   * One of a few, written in lower case.
   *
   * @param key lower case
   * @param fallback unless chosen
   * @param <E> their type
   * @return the option
   * @since 0.1
   */
  public static <E extends Enum<E>> Option<E> choice(String key, E fallback) {
    return of(
        key,
        fallback,
        (settings, name) ->
            settings.text(name).map(text -> chosen(settings.subject(name), text.trim(), fallback)));
  }

  /**
   * Adds a rule, checked after those that it has.
   *
   * @param further adds a fault for a value that breaks it
   * @return a changed copy
   * @since 0.1
   */
  public Option<T> where(Rule<T> further) {
    return new Option<>(
        key,
        fallback,
        reader,
        (faults, subject, value) -> {
          rule.check(faults, subject, value);
          further.check(faults, subject, value);
        });
  }

  /**
   * Returns the key in plain settings.
   *
   * @return lower case
   * @since 0.1
   */
  public String key() {
    return key;
  }

  /**
   * Returns how messages call the option of a section.
   *
   * @param section as {@code decisions}
   * @return as {@code decisions.maxQueuedRows}
   * @since 0.1
   */
  public String subject(String section) {
    return section
        + "."
        + WORD_START.matcher(key).replaceAll(found -> found.group(1).toUpperCase(Locale.ROOT));
  }

  @Nullable T fallback() {
    return fallback;
  }

  Optional<T> read(Settings settings) {
    return reader.apply(settings, key);
  }

  void check(Faults faults, String section, T value) {
    rule.check(faults, subject(section), value);
  }

  @Override
  public String toString() {
    return key;
  }

  private static Path path(String subject, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new ConfigException(Faults.line(subject, text, "must be a path", "correct it"), e);
    }
  }

  private static <E extends Enum<E>> E chosen(String subject, String text, E like) {
    E[] all = like.getDeclaringClass().getEnumConstants();
    return Arrays.stream(all)
        .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigException(
                    Faults.line(
                        subject,
                        text,
                        "must be "
                            + Arrays.stream(all)
                                .map(one -> one.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(" or ")),
                        "correct it")));
  }

  /**
   * What a value must be.
   *
   * @param <T> its type
   * @since 0.1
   */
  @FunctionalInterface
  public interface Rule<T> {
    /**
     * Adds a fault for a value that breaks the rule.
     *
     * @param faults collects
     * @param subject the option's name in messages
     * @param value what was chosen
     * @since 0.1
     */
    void check(Faults faults, String subject, T value);
  }
}
