package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.embedded.EmbeddedRedis;
import dev.mlinfra.redis.Redis;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.fake.FakeInfra;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("embedded")
class RecentDecisionsIT {
  private static final int FULL_BATCH = 20_000;
  private static final int AT_ONCE = 1_000;
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void remembersAllOfAFullBatch() {
    try (EmbeddedRedis redis = EmbeddedRedis.start();
        MlInfra ml = connect(redis)) {
      Await.until("the cache is connected", () -> isRemembered(ml));
      List<Decision> decisions =
          IntStream.range(0, FULL_BATCH)
              .mapToObj(i -> Decision.by("ranker").action("item-" + i).build())
              .toList();
      decisions.forEach(ml.decisions()::log);
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(ml.decisions().ledger().droppedTotal()).isZero();

      List<UUID> ids = decisions.stream().map(Decision::id).toList();
      for (int from = 0; from < FULL_BATCH; from += AT_ONCE) {
        List<UUID> some = ids.subList(from, from + AT_ONCE);
        Await.until(
            "each of them is found",
            () -> ml.history().recent(some, LONG).stream().allMatch(Optional::isPresent));
      }
    }
  }

  private static MlInfra connect(EmbeddedRedis redis) {
    return MlInfra.connect(
        MlInfraConfig.forService("burst")
            .install(FakeInfra.create().only(DecisionSink.class))
            .install(Redis.at(redis.url()).password(redis.password()).commandTimeout(LONG))
            .build());
  }

  private static boolean isRemembered(MlInfra ml) {
    Decision first = Decision.by("ranker").action("first").build();
    ml.decisions().log(first);
    return ml.decisions().flush(LONG) && ml.history().recent(first.id()).isPresent();
  }
}
