package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionBuilder;
import dev.mlinfra.decision.DecisionIds;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.testing.fake.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a sample and an overloaded log say of the share of clicks, on real clicks. The ids are the
 * same in each run, and so is what passes.
 */
class UnbiasedLossTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String PLUG = "in the writer's hands";
  private static final int DRAWS = 20;
  private static final int CHUNK = 2_048;

  private static List<OpenBandit> all;
  private static double truth;

  private final CountDownLatch taken = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  @BeforeAll
  static void load() {
    all = OpenBandit.load();
    truth = (double) all.stream().filter(OpenBandit::clicked).count() / all.size();
  }

  @Test
  void aSampleOfAFifthAgreesWithTheWhole() {
    // region sample
    Sampling fifth = Sampling.of(0.2);
    // endregion
    List<ClickRate> draws = new ArrayList<>();
    for (int draw = 0; draw < DRAWS; draw++) {
      FakeInfra fake = FakeInfra.create();
      try (MlInfra ml = connect(fake, BufferOptions.defaults(), fifth)) {
        offer(ml.decisions(), draw, all);
        settle(ml.decisions());
        assertThat(ml.decisions().ledger().sampledOut()).isEqualTo(all.size() - fake.rows().size());
      }
      draws.add(mean(fake));
    }
    assertThat(draws).allSatisfy(one -> assertThat(one.rows()).isBetween(3_800, 4_200));
    agree(draws);
  }

  @Test
  void anOverloadedLogAgreesWithTheWholeThoughItsPlainShareDoesNot() throws InterruptedException {
    List<ClickRate> draws = new ArrayList<>();
    for (int draw = 0; draw < DRAWS; draw++) {
      draws.add(new UnbiasedLossTest().overloaded(draw));
    }
    agree(draws);
    assertThat(mean(draws, ClickRate::plain))
        .as("plain shares, of %s", truth)
        .isLessThan(truth - spread(draws));
  }

  /** Everybody looks at the popular items at once, while the store hangs. */
  private ClickRate overloaded(int draw) throws InterruptedException {
    Set<Integer> popular =
        all.stream().filter(OpenBandit::clicked).map(OpenBandit::item).collect(Collectors.toSet());
    List<OpenBandit> burst = all.stream().filter(one -> popular.contains(one.item())).toList();
    List<OpenBandit> rest = all.stream().filter(one -> !popular.contains(one.item())).toList();
    FakeInfra fake = FakeInfra.create();
    // region load
    BufferOptions small = BufferOptions.builder().maxQueuedRows(8_192).build();
    Sampling byLoad = Sampling.all().byLoad(true);
    // endregion
    try (MlInfra ml = connect(fake, small, byLoad)) {
      DecisionLog log = ml.decisions();
      for (int from = 0; from < rest.size(); from += CHUNK) {
        offer(log, draw, rest.subList(from, Math.min(rest.size(), from + CHUNK)));
        settle(log);
      }
      assertThat(log.ledger().sampledOut()).isZero();
      fake.before(Part.DECISION_SINK, call -> hold());
      assertThat(log.log(Decision.by(PLUG).action("a").build()).accepted()).isTrue();
      taken.await();
      offer(log, draw, burst);
      released.countDown();
      settle(log);
      Ledger last = log.ledger();
      assertThat(last.dropped()).isEmpty();
      assertThat(last.sampledOut()).isGreaterThan(burst.size() / 4);
      assertThat(last.stored() + last.sampledOut()).isEqualTo(all.size() + 1);
    }
    return mean(fake);
  }

  /** Almost all intervals hold the truth, and there is no drift to one side. */
  private static void agree(List<ClickRate> draws) {
    assertThat(draws.stream().filter(one -> one.holds(truth)))
        .as("%s, whose intervals should hold %s", draws, truth)
        .hasSizeGreaterThanOrEqualTo(DRAWS * 9 / 10);
    assertThat(mean(draws, ClickRate::weighted))
        .as("of %s", draws)
        .isCloseTo(truth, within(spread(draws)));
  }

  /** How far the mean of all draws may be off: 99.9 % of a normal one is within that. */
  private static double spread(List<ClickRate> draws) {
    return 3.29 / 1.96 * mean(draws, ClickRate::margin) / Math.sqrt(DRAWS);
  }

  private static double mean(List<ClickRate> draws, ToDoubleFunction<ClickRate> figure) {
    return draws.stream().mapToDouble(figure).average().orElseThrow();
  }

  private static ClickRate mean(FakeInfra fake) {
    return ClickRate.of(
        fake.rows().stream().filter(row -> !row.value().agent().equals(PLUG)).toList(),
        row -> row.value().context().containsKey("clicked"));
  }

  private void hold() {
    taken.countDown();
    try {
      released.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static MlInfra connect(FakeInfra fake, BufferOptions options, Sampling sampling) {
    return MlInfra.connect(
        MlInfraConfig.forService("unbiased")
            .install(fake)
            .decisions(options)
            .sampling(sampling)
            .build());
  }

  private static void offer(DecisionLog log, int draw, List<OpenBandit> some) {
    for (OpenBandit one : some) {
      UUID id = DecisionIds.named(one.at(), draw + "/" + one.row());
      DecisionBuilder decision =
          Decision.by("front-page")
              .id(id)
              .decidedAt(one.at())
              .action("item-" + one.item())
              .propensity(one.propensity());
      log.log(one.clicked() ? decision.context("clicked", "yes").build() : decision.build());
    }
  }

  private static void settle(DecisionLog log) {
    assertThat(log.flush(PATIENCE)).isTrue();
  }
}
