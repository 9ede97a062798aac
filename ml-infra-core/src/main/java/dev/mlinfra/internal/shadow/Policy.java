package dev.mlinfra.internal.shadow;

import dev.mlinfra.shadow.ShadowDecider;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Something that decides, at once or later, under the name that its decisions carry. */
record Policy<I, A>(
    String model,
    String version,
    ShadowDecider<? super I, ? extends A> decider,
    @Nullable Function<? super I, ? extends CompletionStage<A>> later) {
  Policy {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(decider, "decider");
  }

  static <I, A> Policy<I, A> atOnce(
      String model, String version, ShadowDecider<? super I, ? extends A> decider) {
    return new Policy<>(model, version, decider, null);
  }

  static <I, A> Policy<I, A> later(
      String model, String version, Function<? super I, ? extends CompletionStage<A>> decider) {
    Objects.requireNonNull(decider, "decider");
    return new Policy<>(model, version, input -> await(decider.apply(input)), decider);
  }

  String label() {
    return model + "/" + version;
  }

  private static <A> A await(CompletionStage<A> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }
}
