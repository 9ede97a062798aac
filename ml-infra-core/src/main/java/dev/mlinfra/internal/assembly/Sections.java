package dev.mlinfra.internal.assembly;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.internal.module.LibraryModule;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.settings.Option;
import dev.mlinfra.spi.settings.Options;
import dev.mlinfra.spi.settings.Settings;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Plain configuration: what stands outside of all sections, the sections of the clients, and one
 * section a module, which activates it. All faults are collected.
 */
public final class Sections {
  static final String PREFIX = "ML_INFRA_";
  private static final String GENERAL = "";
  private static final String SPOOL = "spool";
  private static final Set<String> GENERAL_KEYS =
      Set.of("service", "start", "paused", "connect_budget", "views");
  private static final Set<String> CLIENTS = Set.of(SPOOL, "decisions", "events", "consumers");
  private static final String PAUSED = PREFIX + "PAUSED";

  private final Faults faults;
  private final Map<String, ModuleFactory> factories = new TreeMap<>();
  private final Map<String, Map<String, String>> values = new TreeMap<>();

  /** Sorts variables; those that belong nowhere are faults. */
  public Sections(Map<String, String> variables, Faults faults) {
    this.faults = faults;
    for (ModuleFactory factory : ServiceLoader.load(ModuleFactory.class)) {
      ModuleFactory other = factories.putIfAbsent(factory.section(), factory);
      if (other != null) {
        faults.add(
            "section " + factory.section(),
            other.getClass().getName() + " and " + factory.getClass().getName(),
            "must have one provider",
            "remove one of the jars");
      }
    }
    variables.forEach(this::sort);
  }

  /** The sections that mean nothing without an address: the spool's and those of modules. */
  static Set<String> addressed() {
    Set<String> sections = new HashSet<>(LibraryModule.sections());
    sections.add(SPOOL);
    ServiceLoader.load(ModuleFactory.class).forEach(factory -> sections.add(factory.section()));
    return sections;
  }

  /** Reads the one variable that every process obeys, however it is configured. */
  public static boolean paused(Map<String, String> variables, Faults faults) {
    String value = variables.getOrDefault(PAUSED, "false").strip();
    if (!value.equals("true") && !value.equals("false")) {
      faults.add(PAUSED, value, "must be true or false", "correct it");
    }
    return value.equals("true");
  }

  private void sort(String variable, String value) {
    if (!variable.startsWith(PREFIX)) {
      return;
    }
    String key = variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT);
    if (GENERAL_KEYS.contains(key)) {
      put(GENERAL, key, value);
      return;
    }
    int end = key.indexOf('_');
    String section = end < 0 ? key : key.substring(0, end);
    if (end > 0 && (CLIENTS.contains(section) || factories.containsKey(section))) {
      put(section, key.substring(end + 1), value);
    } else if (end > 0 && LibraryModule.ofSection(section).isPresent()) {
      faults.addLine(
          variable
              + " was set but its module is not on the classpath; add the artifact dev.mlinfra:"
              + LibraryModule.ofSection(section).get().artifact());
    } else {
      faults.addLine(variable + " was set but is not known; correct its name or unset it");
    }
  }

  private void put(String section, String key, String value) {
    values.computeIfAbsent(section, s -> new HashMap<>()).put(key, value);
  }

  /** Reads what stands outside of all sections; nothing, if any of it is a fault. */
  public Options general(List<Option<?>> known) {
    Settings settings = new Settings(GENERAL, values.getOrDefault(GENERAL, Map.of()));
    try {
      return Options.none().read(settings, known);
    } catch (ConfigException e) {
      faults.addAll(e.faults());
      return Options.none();
    }
  }

  /** Reads a section, if any of it is there; what the reader leaves over is a fault. */
  public void section(String name, Consumer<Settings> reader) {
    Map<String, String> keys = values.get(name);
    if (keys == null) {
      return;
    }
    Settings settings = new Settings(name, keys);
    try {
      reader.accept(settings);
    } catch (ConfigException e) {
      faults.addAll(e.faults());
      return;
    }
    for (String key : settings.unread()) {
      faults.addLine(
          settings.variable(key) + " was set but is not known; correct its name or unset it");
    }
  }

  /** Makes the modules that have a section. */
  public void modules(Consumer<InfraModule> installer) {
    factories.forEach(
        (name, factory) ->
            section(
                name,
                settings -> installer.accept(Objects.requireNonNull(factory.create(settings)))));
  }
}
