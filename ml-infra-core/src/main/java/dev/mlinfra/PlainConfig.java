package dev.mlinfra;

import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.event.ConsumerOptions;
import dev.mlinfra.internal.assembly.SecretVariables;
import dev.mlinfra.internal.assembly.Sections;
import dev.mlinfra.internal.feature.ViewFile;
import dev.mlinfra.secret.SecretSource;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.settings.Option;
import dev.mlinfra.spi.settings.Options;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Makes an {@link MlInfraConfig} of plain settings, whose names are {@code ML_INFRA_*}. */
final class PlainConfig {
  private static final Option<String> SERVICE = Option.text("service");
  private static final Option<Start> START = Option.choice("start", Start.FAIL_FAST);
  private static final Option<Boolean> PAUSED = Option.flag("paused");
  private static final Option<Duration> CONNECT_BUDGET =
      Option.duration("connect_budget", MlInfraConfig.DEFAULT_CONNECT_BUDGET);
  private static final Option<Path> VIEWS = Option.path("views");
  private static final List<Option<?>> GENERAL =
      List.of(SERVICE, START, PAUSED, CONNECT_BUDGET, VIEWS);
  private static final Option<Double> SAMPLE_RATE = Option.decimal("sample_rate", 1);
  private static final Option<Boolean> SAMPLE_BY_LOAD = Option.flag("sample_by_load");

  private PlainConfig() {}

  static MlInfraConfig fromEnvironment(SecretSource... further) {
    return merged(System.getenv(), further);
  }

  static MlInfraConfig from(SecretSource... sources) {
    return merged(Map.of(), sources);
  }

  static MlInfraConfig fromProperties(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException(
          "configuration file "
              + file
              + " was not readable but must be a properties file; check it",
          e);
    }
    Map<String, String> variables = new TreeMap<>();
    properties.stringPropertyNames().forEach(k -> variables.put(k, properties.getProperty(k)));
    return fromVariables(variables);
  }

  static MlInfraConfig fromVariables(Map<String, String> variables) {
    Faults faults = new Faults();
    Sections sections = new Sections(variables, faults);
    Options general = sections.general(GENERAL);
    if (!variables.containsKey("ML_INFRA_SERVICE")) {
      faults.addLine(
          "ML_INFRA_SERVICE was not set but must name this service; export ML_INFRA_SERVICE=name");
    }
    MlInfraConfig.Builder builder =
        MlInfraConfig.forService(variables.getOrDefault("ML_INFRA_SERVICE", "unnamed"))
            .start(general.get(START))
            .paused(general.get(PAUSED))
            .connectBudget(general.get(CONNECT_BUDGET));
    try {
      general.find(VIEWS).map(ViewFile::read).ifPresent(views -> views.forEach(builder::view));
    } catch (ConfigException e) {
      faults.addAll(e.faults());
    }
    sections.section("spool", settings -> builder.spool(SpoolOptions.from(settings)));
    sections.section(
        "decisions",
        settings -> {
          builder.decisions(BufferOptions.builder().read(settings).build());
          Options sampling = Options.none().read(settings, List.of(SAMPLE_RATE, SAMPLE_BY_LOAD));
          builder.sampling(
              Sampling.of(sampling.get(SAMPLE_RATE)).byLoad(sampling.get(SAMPLE_BY_LOAD)));
        });
    sections.section(
        "events", settings -> builder.events(BufferOptions.builder().read(settings).build()));
    sections.section(
        "consumers",
        settings -> builder.consumers(ConsumerOptions.builder().read(settings).build()));
    sections.modules(builder::install);
    return builder.build(faults);
  }

  private static MlInfraConfig merged(Map<String, String> variables, SecretSource... sources) {
    SecretVariables merged = new SecretVariables(variables, List.of(sources));
    try {
      return fromVariables(merged.all());
    } catch (ConfigException e) {
      throw merged.redacted(e);
    }
  }
}
