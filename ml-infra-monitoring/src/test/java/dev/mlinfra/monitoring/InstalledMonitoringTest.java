package dev.mlinfra.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class InstalledMonitoringTest {
  private final MeterRegistry meterRegistry = new SimpleMeterRegistry();

  @Test
  void measuresForAsLongAsTheWholeIsOpen() {
    // region install
    MlInfraConfig cfg =
        MlInfraConfig.forService("ranker").install(Monitoring.to(meterRegistry)).build();
    // endregion
    try (MlInfra ml = MlInfra.connect(cfg)) {
      assertThat(ml.health().healthy()).isTrue();
      assertThat(
              meterRegistry
                  .get("ml.telemetry.failures")
                  .tag("service", "ranker")
                  .functionCounter()
                  .count())
          .isZero();
    }
    assertThat(meterRegistry.getMeters()).isEmpty();
  }

  @Test
  void refusesTwoOpenWholesOfOneNameAndLeavesNothingBehind() {
    MlInfraConfig cfg =
        MlInfraConfig.forService("ranker").install(Monitoring.to(meterRegistry)).build();
    try (MlInfra first = MlInfra.connect(cfg)) {
      List<Meter> ofTheFirst = meterRegistry.getMeters();
      assertThatThrownBy(() -> MlInfra.connect(cfg))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("service was 'ranker'");
      assertThat(first.health().healthy()).isTrue();
      assertThat(meterRegistry.getMeters()).containsExactlyInAnyOrderElementsOf(ofTheFirst);
    }
  }

  @Test
  void showsTheStateThatEveryComponentHadAtItsLastCheck() {
    SwitchedComponent server = new SwitchedComponent();
    MlInfraConfig cfg =
        MlInfraConfig.forService("ranker")
            .install(server)
            .install(Monitoring.to(meterRegistry))
            .build();
    try (MlInfra ml = MlInfra.connect(cfg)) {
      showsAs(1, ml, server, Status.UP);
      showsAs(0.5, ml, server, Status.DEGRADED);
      showsAs(0, ml, server, Status.DOWN);
      showsAs(1, ml, server, Status.UP);
    }
  }

  /** Checks again until the gauge follows, for the check in the background may end after ours. */
  private void showsAs(double value, MlInfra ml, SwitchedComponent server, Status status) {
    server.status = status;
    assertTimeoutPreemptively(
        Duration.ofSeconds(30),
        () -> {
          do {
            assertThat(ml.health().components())
                .extracting(ComponentHealth::status)
                .contains(status);
          } while (gauge() != value);
        });
  }

  private double gauge() {
    return meterRegistry.get("ml.component.up").tag("component", "server").gauge().value();
  }

  private static final class SwitchedComponent implements InfraModule, HealthProbe {
    private volatile Status status = Status.UP;

    @Override
    public String name() {
      return "server";
    }

    @Override
    public List<String> faults() {
      return List.of();
    }

    @Override
    public void open(Wiring wiring) {
      wiring.probe(this);
    }

    @Override
    public String component() {
      return name();
    }

    @Override
    public ComponentHealth check(Duration budget) {
      return new ComponentHealth(name(), status, "switched by the test", Duration.ZERO);
    }

    @Override
    public List<InventoryItem> inventory() {
      return List.of();
    }
  }
}
