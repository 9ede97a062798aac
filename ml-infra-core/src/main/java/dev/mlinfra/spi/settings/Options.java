package dev.mlinfra.spi.settings;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.check.Faults;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was chosen of some {@link Option}s; the others have their defaults. Immutable and
 * thread-safe. The options of every client and module are kept in one.
 *
 * @since 0.1
 */
public final class Options {
  private static final Options NONE = new Options(Map.of());

  private final Map<Option<?>, Object> chosen;

  private Options(Map<Option<?>, Object> chosen) {
    this.chosen = chosen;
  }

  /**
   * Chooses nothing.
   *
   * @return every default
   * @since 0.1
   */
  public static Options none() {
    return NONE;
  }

  /**
   * Chooses.
   *
   * @param option what
   * @param value checked by {@link #faults} only
   * @param <T> its type
   * @return a changed copy
   * @since 0.1
   */
  public <T> Options with(Option<T> option, T value) {
    Objects.requireNonNull(value, option.key());
    if (value.equals(option.fallback())) {
      return without(option);
    }
    Map<Option<?>, Object> changed = new HashMap<>(chosen);
    changed.put(option, value);
    return new Options(changed);
  }

  /**
   * Takes a choice back, so that the default holds.
   *
   * @param option what
   * @return a changed copy
   * @since 0.1
   */
  public Options without(Option<?> option) {
    Map<Option<?>, Object> changed = new HashMap<>(chosen);
    changed.remove(option);
    return new Options(changed);
  }

  /**
   * Returns what holds.
   *
   * @param option what; chosen, or with a default
   * @param <T> its type
   * @return the choice or the default
   * @since 0.1
   */
  public <T> T get(Option<T> option) {
    return Objects.requireNonNull(find(option).orElse(null), option.key());
  }

  /**
   * Returns what holds, if anything does.
   *
   * @param option what
   * @param <T> its type
   * @return the choice, the default, or empty
   * @since 0.1
   */
  @SuppressWarnings("unchecked") // with() lets in values of the option's type only
  public <T> Optional<T> find(Option<T> option) {
    T value = (T) chosen.get(option);
    return Optional.ofNullable(value == null ? option.fallback() : value);
  }

  /**
   * Chooses what plain settings say.
   *
   * @param settings one section
   * @param known the options that it may have
   * @return a changed copy
   * @throws ConfigException with every value that is none of its option
   * @since 0.1
   */
  public Options read(Settings settings, List<Option<?>> known) {
    Options changed = this;
    Faults faults = new Faults();
    for (Option<?> option : known) {
      try {
        changed = changed.read(settings, option);
      } catch (ConfigException e) {
        faults.addAll(e.faults());
      }
    }
    faults.throwIfAny();
    return changed;
  }

  private <T> Options read(Settings settings, Option<T> option) {
    return option.read(settings).map(value -> with(option, value)).orElse(this);
  }

  /**
   * Lists the rules that are broken by what was chosen.
   *
   * @param section how messages call it, as {@code decisions}
   * @param known the options
   * @return a collector with one line a fault
   * @since 0.1
   */
  public Faults faults(String section, List<Option<?>> known) {
    Faults faults = new Faults();
    known.stream().filter(chosen::containsKey).forEach(option -> check(faults, section, option));
    return faults;
  }

  private <T> void check(Faults faults, String section, Option<T> option) {
    option.check(faults, section, get(option));
  }

  /**
   * Refuses options that something else decides.
   *
   * @param faults gets one fault for each that was chosen
   * @param section how messages call it, as {@code postgres}
   * @param decided the options that must not be chosen
   * @param by what decides, as {@code the host's DataSource}
   * @since 0.1
   */
  public void refuse(Faults faults, String section, List<Option<?>> decided, String by) {
    decided.stream()
        .filter(chosen::containsKey)
        .forEach(
            option ->
                faults.addLine(
                    option.subject(section)
                        + " was set but belongs to "
                        + by
                        + "; set it there and leave it out here"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Options that && chosen.equals(that.chosen);
  }

  @Override
  public int hashCode() {
    return chosen.hashCode();
  }

  @Override
  public String toString() {
    Map<String, Object> shown = new TreeMap<>();
    chosen.forEach((option, value) -> shown.put(option.key(), value));
    return shown.toString();
  }
}
