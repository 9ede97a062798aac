package dev.mlinfra.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.feature.FeatureRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class UserHistoryTest {
  private static final Instant MORNING = OpenBanditData.WEEK_START.plus(Duration.ofHours(9));

  @Test
  void addsUpWhatHappenedBeforeEachFullHour() {
    List<Impression> shown =
        List.of(
            shown(MORNING.plusSeconds(10)),
            shown(MORNING.plusSeconds(20)),
            shown(MORNING.plusSeconds(7_300)));

    List<FeatureRow> rows = UserHistory.hourly(shown, List.of());

    assertThat(rows).extracting(row -> row.number("views").orElseThrow()).containsExactly(2.0, 3.0);
    assertThat(rows)
        .extracting(FeatureRow::eventTime)
        .containsExactly(MORNING.plus(Duration.ofHours(1)), MORNING.plus(Duration.ofHours(3)));
  }

  @Test
  void leavesWhatHappensAtTheFullHourToTheNext() {
    List<FeatureRow> rows = UserHistory.hourly(List.of(shown(MORNING)), List.of());

    assertThat(rows)
        .singleElement()
        .extracting(FeatureRow::eventTime)
        .isEqualTo(MORNING.plus(Duration.ofHours(1)));
  }

  @Test
  void isKnownOnlyWhenTheJobIsDone() {
    FeatureRow row = UserHistory.hourly(List.of(shown(MORNING)), List.of()).get(0);

    assertThat(row.knownAt()).contains(row.eventTime().plus(UserHistory.JOB_TAKES));
  }

  @Test
  void countsALateClickWhenItWasObserved() {
    Impression shown = shown(MORNING);
    Click late = new Click(shown, Click.Route.LATE);

    List<FeatureRow> rows = UserHistory.hourly(List.of(shown), List.of(late));

    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).number("clicks")).contains(0.0);
    assertThat(rows.get(1).number("clicks")).contains(1.0);
    assertThat(rows.get(1).eventTime()).isAfter(late.observedAt());
  }

  @Test
  void neverSeesWhatWasObservedAfterTheWeek() {
    Impression shown = shown(OpenBanditData.WEEK_END.minusSeconds(60));

    List<FeatureRow> rows =
        UserHistory.hourly(List.of(shown), List.of(new Click(shown, Click.Route.LATE)));

    assertThat(rows)
        .singleElement()
        .extracting(FeatureRow::eventTime)
        .isEqualTo(OpenBanditData.WEEK_END);
  }

  private static Impression shown(Instant at) {
    return new Impression(Policy.BTS, 1, at, 7, 1, true, 0.5, "user-1", new float[80]);
  }
}
