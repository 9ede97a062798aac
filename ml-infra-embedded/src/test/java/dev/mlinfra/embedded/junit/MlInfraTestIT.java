package dev.mlinfra.embedded.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.embedded.Sandbox;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureStatus;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.health.InventoryItem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Two classes write the same and each sees its own only; the first harms its servers. */
class MlInfraTestIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  @Nested
  @MlInfraTest(service = "first", setup = Views.class)
  class FirstClass {
    private final MlInfra ml;

    FirstClass(MlInfra ml) {
      this.ml = ml;
    }

    @Test
    void getsWhatItAsksFor(
        MlInfra same, MlInfraConfig config, Sandbox sandbox, EmbeddedStack stack) {
      assertThat(same).isSameAs(ml);
      assertThat(config.service()).isEqualTo("first");
      assertThat(stack.describe()).contains("psql");
      assertThat(sandbox.jdbcUrl()).startsWith(stack.jdbcUrl().replace("/postgres", "/sandbox_"));
      try (MlInfra other = MlInfra.connect(config.toBuilder().build())) {
        assertThat(count(other)).isEqualTo(count(ml));
      }
    }

    @RepeatedTest(5)
    void isConnectedAgainAfterATestThatKilledAServer(EmbeddedStack stack) {
      hasItsViews();
      stack.redis().kill();
      for (int i = 0; i < 3; i++) { // each failure makes the client wait longer before it tries
        assertThat(ml.health(SOON).healthy()).isFalse();
      }
    }

    @Test
    void hasItsViews() {
      ml.features()
          .put(
              "user", List.of(FeatureRow.builder("u", Instant.now()).value("clicks", 1.0).build()));
      assertThat(ml.features().online("user", List.of("u"), SOON).get(0).status())
          .isEqualTo(FeatureStatus.PRESENT);
    }

    @Test
    void mayLeaveAStoppedServer(EmbeddedStack stack) {
      stack.postgres().stop();
      assertThat(ml.decisions().log(Decision.by("ranker").action("a").build()).accepted()).isTrue();
    }

    @Test
    void mayLeaveADeadServer(EmbeddedStack stack) {
      stack.redis().kill();
      assertThat(ml.health(Duration.ofMillis(200)).components()).isNotEmpty();
    }
  }

  @Nested
  @MlInfraTest
  class SecondClass {
    @Test
    void startsEmpty(MlInfra ml) {
      requireAlone(ml);
      assertThat(ml.health().components()).noneMatch(c -> c.detail().contains("refused"));
    }

    @Nested
    class Inner {
      @Test
      void sharesWhatItsOuterClassHas(MlInfra ml, MlInfraConfig config) {
        assertThat(config.service()).isEqualTo("test");
        assertThat(count(ml)).isEqualTo(1);
      }
    }
  }

  /** Adds the view of the first class. */
  static final class Views implements MlInfraTest.Setup {
    @Override
    public void configure(MlInfraConfig.Builder config) {
      config.view(FeatureView.named("user").number("clicks").build());
    }
  }

  private static void requireAlone(MlInfra ml) {
    assertThat(count(ml)).isZero();
    ml.decisions().log(Decision.by("ranker").action("a").build());
    assertThat(ml.decisions().flush(SOON)).isTrue();
    assertThat(count(ml)).isEqualTo(1);
  }

  private static long count(MlInfra ml) {
    return ml.inventory().stream()
        .filter(item -> item.name().equals("agent_decisions"))
        .mapToLong(InventoryItem::value)
        .sum();
  }
}
