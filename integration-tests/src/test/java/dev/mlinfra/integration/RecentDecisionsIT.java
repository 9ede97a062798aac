package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.embedded.Servers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecentDecisionsIT {
  private static final int FULL_BATCH = 20_000;
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void remembersAllOfAFullBatch() {
    try (var stack = Servers.CHOSEN.start();
        MlInfra ml = MlInfra.connect(stack.config("burst").build()).ensureSchema()) {
      List<Decision> decisions =
          IntStream.range(0, FULL_BATCH)
              .mapToObj(i -> Decision.by("ranker").action("item-" + i).build())
              .toList();
      decisions.forEach(decision -> assertThat(ml.decisions().log(decision).accepted()).isTrue());
      assertThat(ml.decisions().flush(LONG)).isTrue();

      List<UUID> ids = decisions.stream().map(Decision::id).toList();
      Await.until(
          "each of them is found",
          () -> ml.decisions().recent(ids, LONG).stream().allMatch(Optional::isPresent));
    }
  }
}
