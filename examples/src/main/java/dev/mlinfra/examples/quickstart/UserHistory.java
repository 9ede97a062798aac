package dev.mlinfra.examples.quickstart;

import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an hourly job of the service knew of each user: at every full hour it adds up what happened
 * before and writes a row for each user seen in that hour. The row is true from the full hour on
 * and known five minutes later, when the job is done; a decision in between cannot have used it.
 */
final class UserHistory {
  /** A user who was not seen for three days counts as unknown. */
  static final FeatureView VIEW =
      FeatureView.named("user")
          .count("views")
          .count("clicks")
          .number("click_rate")
          .number("affinity")
          .ttl(Duration.ofDays(3))
          .build();

  static final Duration JOB_TAKES = Duration.ofMinutes(5);

  private static final Duration HOUR = Duration.ofHours(1);

  private UserHistory() {}

  /** The rows of the whole week, in order of time. */
  static List<FeatureRow> hourly(List<Impression> impressions, List<Click> clicks) {
    Map<String, Totals> totals = new TreeMap<>();
    Set<String> seenThisHour = new TreeSet<>();
    List<FeatureRow> rows = new ArrayList<>();
    Instant hour = OpenBanditData.WEEK_START.plus(HOUR);
    for (Happening happening : inOrderOfTime(impressions, clicks)) {
      while (!happening.at().isBefore(hour)) {
        addRows(rows, hour, seenThisHour, totals);
        hour = hour.plus(HOUR);
      }
      seenThisHour.add(happening.user());
      totals.computeIfAbsent(happening.user(), user -> new Totals()).add(happening);
    }
    addRows(rows, hour, seenThisHour, totals);
    return List.copyOf(rows);
  }

  private static List<Happening> inOrderOfTime(List<Impression> impressions, List<Click> clicks) {
    List<Happening> happenings = new ArrayList<>();
    for (Impression shown : impressions) {
      happenings.add(new Happening(shown.at(), shown.user(), 1, 0, shown.affinityTotal()));
    }
    for (Click click : clicks) {
      happenings.add(new Happening(click.observedAt(), click.shown().user(), 0, 1, 0));
    }
    // The replay ends with the week: the job never saw what was observed later.
    happenings.removeIf(happening -> !happening.at().isBefore(OpenBanditData.WEEK_END));
    happenings.sort(Comparator.comparing(Happening::at));
    return happenings;
  }

  private static void addRows(
      List<FeatureRow> rows, Instant hour, Set<String> users, Map<String, Totals> totals) {
    for (String user : users) {
      Totals known = totals.getOrDefault(user, new Totals());
      rows.add(
          FeatureRow.builder(user, hour)
              .value("views", known.views)
              .value("clicks", known.clicks)
              .value("click_rate", known.views == 0 ? 0.0 : (double) known.clicks / known.views)
              .value("affinity", known.affinity)
              .knownAt(hour.plus(JOB_TAKES))
              .build());
    }
    users.clear();
  }

  private record Happening(Instant at, String user, long views, long clicks, double affinity) {}

  private static final class Totals {
    private long views;
    private long clicks;
    private double affinity;

    void add(Happening happening) {
      views += happening.views();
      clicks += happening.clicks();
      affinity += happening.affinity();
    }
  }
}
