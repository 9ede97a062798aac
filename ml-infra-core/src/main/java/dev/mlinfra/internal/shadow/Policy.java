package dev.mlinfra.internal.shadow;

import java.util.Objects;
import java.util.function.Function;

/** Something that decides, under the name that its decisions carry. */
record Policy<I, A>(String model, String version, Function<? super I, ? extends A> decider) {
  Policy {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(decider, "decider");
  }

  String label() {
    return model + "/" + version;
  }
}
