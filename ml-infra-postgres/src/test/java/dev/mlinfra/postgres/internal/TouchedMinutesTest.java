package dev.mlinfra.postgres.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.postgres.internal.TouchedMinutes.Span;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TouchedMinutesTest {
  @Test
  void coversNearMinutesByOneSpanAndFarOnesByTheirOwn() {
    assertThat(TouchedMinutes.spans(Set.of(100L, 3L, 1L, 105L, 111L)))
        .containsExactly(span(1, 4), span(100, 106), span(111, 112));
    assertThat(TouchedMinutes.spans(List.of())).isEmpty();
  }

  @Test
  void knowsTheMinuteOfATimeAlsoBefore1970() {
    assertThat(TouchedMinutes.of(Instant.ofEpochSecond(119))).isEqualTo(1);
    assertThat(TouchedMinutes.of(Instant.ofEpochSecond(-1))).isEqualTo(-1);
  }

  private static Span span(long from, long to) {
    return new Span(Instant.ofEpochSecond(from * 60), Instant.ofEpochSecond(to * 60));
  }
}
