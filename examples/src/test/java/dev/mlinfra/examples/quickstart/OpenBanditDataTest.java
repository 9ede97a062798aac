package dev.mlinfra.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OpenBanditDataTest {
  private static OpenBanditData data;

  @BeforeAll
  static void load() {
    data = OpenBanditData.load();
  }

  @Test
  void hasTheNumbersOfItsNotice() {
    assertThat(data.impressionsOf(Policy.BTS)).isEqualTo(10_000);
    assertThat(data.impressionsOf(Policy.RANDOM)).isEqualTo(10_000);
    assertThat(data.clicksOf(Policy.BTS)).isEqualTo(42);
    assertThat(data.clicksOf(Policy.RANDOM)).isEqualTo(38);
    assertThat(data.items()).hasSize(80);
  }

  @Test
  void isInOrderOfTimeAndWithinItsWeek() {
    assertThat(data.impressions())
        .isSortedAccordingTo(Comparator.comparing(Impression::at))
        .allSatisfy(
            shown ->
                assertThat(shown.at())
                    .isBetween(OpenBanditData.WEEK_START, OpenBanditData.WEEK_END));
  }

  @Test
  void givesEveryImpressionItsOwnId() {
    assertThat(data.impressions().stream().map(Impression::id).distinct()).hasSize(20_000);
  }

  @Test
  void sendsAFewClicksEarlyLateAndTwice() {
    List<Click> clicks = Click.of(data.impressions());

    assertThat(clicks).hasSize(80);
    for (Click.Route route : Click.Route.values()) {
      assertThat(clicks).filteredOn(click -> click.route() == route).hasSizeGreaterThanOrEqualTo(8);
    }
  }

  @Test
  void givesEveryItemADirection() {
    for (Item item : data.items()) {
      double squares = 0;
      for (float value : item.embedding()) {
        squares += value * value;
      }
      assertThat(squares).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-5));
    }
  }
}
