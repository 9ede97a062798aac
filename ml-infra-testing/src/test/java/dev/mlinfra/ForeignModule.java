package dev.mlinfra;

import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.settings.Settings;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.fake.FakeInfra;
import java.util.List;

/** A module as somebody else would write it: a section of its own, a part, meters of its own. */
record ForeignModule(String url, long shards) implements InfraModule {
  static final Instrument READS =
      new Instrument(
          "acme.reads", Instrument.Type.COUNTER, "reads", "Answered by a shard", List.of("shard"));
  static final Instrument SHARDS =
      new Instrument("acme.shards", Instrument.Type.GAUGE, "", "Shards in use", List.of());

  private static final RecordingWiring OTHER = RecordingWiring.opened(FakeInfra.create());

  @Override
  public String name() {
    return "acme";
  }

  @Override
  public List<String> faults() {
    return shards < 1
        ? List.of("acme.shards was " + shards + " but must be >= 1; add one")
        : List.of();
  }

  @Override
  public void open(Wiring wiring) {
    wiring.provide(OnlineStore.class, OTHER.part(OnlineStore.class));
    wiring.telemetry().observe(SHARDS, () -> shards);
    wiring.telemetry().count(READS, 3, "a");
  }

  /** Found by the service loader. */
  public static final class Factory implements ModuleFactory {
    @Override
    public String section() {
      return "acme";
    }

    @Override
    public InfraModule create(Settings settings) {
      return new ForeignModule(settings.required("url"), settings.number("shards").orElse(1L));
    }
  }
}
