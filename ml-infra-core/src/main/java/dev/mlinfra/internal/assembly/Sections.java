package dev.mlinfra.internal.assembly;

import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.internal.module.LibraryModule;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.Settings;
import dev.mlinfra.spi.check.Faults;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

/**
 * Plain configuration: each section activates the one module whose factory claims it. All faults
 * are reported together.
 */
public final class Sections {
  static final String PREFIX = "ML_INFRA_";
  private static final String PAUSED = PREFIX + "PAUSED";
  private static final String SPOOL = "spool";
  private static final Set<String> GENERAL = Set.of("service", "start", "paused");

  private final Faults faults = new Faults();
  private final Map<String, ModuleFactory> factories = new TreeMap<>();
  private final Map<String, Map<String, String>> values = new TreeMap<>();
  private final Map<String, String> general = new HashMap<>();

  private Sections() {}

  /** Whether a section is the spool or belongs to one of the library's own modules. */
  static boolean isKnown(String section) {
    return section.equals(SPOOL) || LibraryModule.ofSection(section).isPresent();
  }

  /**
   * Reads variables.
   *
   * @throws ConfigException with every fault
   */
  public static Plain read(Map<String, String> variables) {
    Sections sections = new Sections();
    sections.findFactories();
    variables.forEach(sections::sort);
    Optional<SpoolOptions> spool = sections.spool();
    List<InfraModule> modules = sections.modules();
    boolean paused = paused(variables, sections.faults);
    if (sections.general.get("service") == null) {
      sections.faults.addLine(
          "ML_INFRA_SERVICE was not set but must name this service; export ML_INFRA_SERVICE=name");
    }
    sections.faults.throwIfAny();
    return new Plain(
        String.valueOf(sections.general.get("service")),
        Optional.ofNullable(sections.general.get("start")),
        paused,
        spool,
        modules);
  }

  /** Reads the one variable that every process obeys, however it is configured. */
  public static boolean paused(Map<String, String> variables, Faults faults) {
    String value = variables.getOrDefault(PAUSED, "false").strip();
    if (!value.equals("true") && !value.equals("false")) {
      faults.add(PAUSED, value, "must be true or false", "correct it");
    }
    return value.equals("true");
  }

  private void findFactories() {
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
  }

  private void sort(String variable, String value) {
    if (!variable.startsWith(PREFIX)) {
      return;
    }
    String key = variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT);
    if (GENERAL.contains(key)) {
      general.put(key, value);
      return;
    }
    int end = key.indexOf('_');
    String section = end < 0 ? key : key.substring(0, end);
    if (end > 0 && (section.equals(SPOOL) || factories.containsKey(section))) {
      values.computeIfAbsent(section, s -> new HashMap<>()).put(key.substring(end + 1), value);
    } else if (end > 0 && LibraryModule.ofSection(section).isPresent()) {
      faults.addLine(
          variable
              + " was set but its module is not on the classpath; add the artifact dev.mlinfra:"
              + LibraryModule.ofSection(section).get().artifact());
    } else {
      faults.addLine(variable + " was set but is not known; correct its name or unset it");
    }
  }

  private Optional<SpoolOptions> spool() {
    Map<String, String> keys = values.remove(SPOOL);
    if (keys == null) {
      return Optional.empty();
    }
    Settings settings = new Settings(SPOOL, keys);
    try {
      SpoolOptions spool = SpoolSection.read(settings);
      refuseUnread(settings);
      return Optional.of(spool);
    } catch (ConfigException e) {
      faults.addAll(e.faults());
      return Optional.empty();
    }
  }

  private void refuseUnread(Settings settings) {
    for (String key : settings.unread()) {
      faults.addLine(
          settings.variable(key) + " was set but is not known; correct its name or unset it");
    }
  }

  private List<InfraModule> modules() {
    List<InfraModule> modules = new ArrayList<>();
    values.forEach(
        (section, keys) -> {
          Settings settings = new Settings(section, keys);
          try {
            modules.add(Objects.requireNonNull(factories.get(section)).create(settings));
            refuseUnread(settings);
          } catch (ConfigException e) {
            faults.addAll(e.faults());
          }
        });
    return modules;
  }

  /** What plain configuration says. */
  public record Plain(
      String service,
      Optional<String> start,
      boolean paused,
      Optional<SpoolOptions> spool,
      List<InfraModule> modules) {}
}
