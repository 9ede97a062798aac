package dev.mlinfra.monitoring;

import dev.mlinfra.telemetry.Instrument;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;

/**
 * The registered meters of one kind by their tag values. Bounded: beyond {@value #MAX} the values
 * of further series are all {@value #OTHER}, so that a host that invents names without end does not
 * fill the heap.
 *
 * @param <M> a Micrometer meter
 */
final class Series<M> {
  static final int MAX = 2_000;
  static final String OTHER = "other";

  private final ConcurrentMap<Key, M> known = new ConcurrentHashMap<>();
  private final BiFunction<Instrument, List<String>, M> register;

  Series(BiFunction<Instrument, List<String>, M> register) {
    this.register = register;
  }

  M get(Instrument meter, String... tagValues) {
    M found = known.get(new Key(meter, Arrays.asList(tagValues)));
    return found != null ? found : make(meter, List.of(tagValues));
  }

  private M make(Instrument meter, List<String> tagValues) {
    List<String> values =
        known.size() < MAX ? tagValues : Collections.nCopies(tagValues.size(), OTHER);
    return known.computeIfAbsent(new Key(meter, values), key -> register.apply(meter, values));
  }

  private record Key(Instrument meter, List<String> tagValues) {}
}
