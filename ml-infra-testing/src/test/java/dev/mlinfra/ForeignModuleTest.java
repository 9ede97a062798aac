package dev.mlinfra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** What a module of somebody else can do. */
class ForeignModuleTest {
  private static final Map<String, String> PLAIN =
      Map.of(
          "ML_INFRA_SERVICE", "ranker",
          "ML_INFRA_ACME_URL", "acme://cache",
          "ML_INFRA_ACME_SHARDS", "2");

  @Test
  void hasASectionOfItsOwnInPlainConfiguration() {
    assertThat(MlInfraConfig.fromVariables(PLAIN).modules())
        .containsExactly(new ForeignModule("acme://cache", 2));
    assertThatThrownBy(
            () ->
                MlInfraConfig.fromVariables(
                    Map.of(
                        "ML_INFRA_SERVICE", "ranker",
                        "ML_INFRA_ACME_SHARDS", "0",
                        "ML_INFRA_ACME_COLOUR", "red")))
        .isInstanceOfSatisfying(
            ConfigException.class,
            e -> assertThat(e.faults()).anyMatch(line -> line.contains("ML_INFRA_ACME_URL")));
  }

  @Test
  void measuresWhicheverModuleIsOpenedFirst() {
    Reports first = new Reports();
    MlInfra.connect(
            MlInfraConfig.forService("ranker").install(first.module()).install(module()).build())
        .close();
    Reports last = new Reports();
    MlInfra.connect(
            MlInfraConfig.forService("ranker").install(module()).install(last.module()).build())
        .close();
    assertThat(last.lines).containsAll(first.lines).contains("acme.reads 3 [a]", "acme.shards 2");
  }

  @Test
  void isRefusedWhenItHandsOverWhatIsNoPart() {
    MlInfraConfig config =
        MlInfraConfig.forService("ranker")
            .install(TestModule.of("acme", wiring -> wiring.provide(String.class, "a part")))
            .build();
    assertThatThrownBy(() -> MlInfra.connect(config))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "part of module acme was 'java.lang.String' but must be one of the interfaces of"
                + " Wiring.PARTS; hand the part over by its interface");
  }

  @Test
  void isRefusedNamesThatAreTheLibrarysOrNoMetricsLibraryTakes() {
    assertThatThrownBy(() -> instrument("ml.acme.reads", Instrument.Type.COUNTER, "reads", "Reads"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "instrument.meterName was 'ml.acme.reads' but must be lower-case words with dots"
                + " between, the first not ml; begin with the name of your module");
    assertThatThrownBy(
            () -> instrument("acme.read", Instrument.Type.TIMER, "millis", "Time of one read"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("instrument.unit was 'millis'");
    assertThatThrownBy(
            () -> instrument("Acme", Instrument.Type.GAUGE, "reads/s", " ", "service", "a", "a"))
        .isInstanceOfSatisfying(ConfigException.class, e -> assertThat(e.faults()).hasSize(5));
  }

  private static Instrument instrument(
      String name, Instrument.Type type, String unit, String description, String... tagKeys) {
    return new Instrument(name, type, unit, description, List.of(tagKeys));
  }

  private static ForeignModule module() {
    return new ForeignModule("acme://cache", 2);
  }

  private static final class Reports implements Telemetry {
    private final List<String> lines = new ArrayList<>();

    TestModule module() {
      return TestModule.providing(Telemetry.class, this);
    }

    @Override
    public void count(Instrument meter, long amount, String... tagValues) {
      lines.add(meter + " " + amount + " " + List.of(tagValues));
    }

    @Override
    public void time(Instrument meter, long nanos, String... tagValues) {}

    @Override
    public void observe(Instrument meter, DoubleSupplier value, String... tagValues) {
      lines.add(meter + " " + (long) value.getAsDouble());
    }
  }
}
