package dev.mlinfra.examples.quickstart;

import dev.mlinfra.feature.FeatureLookup;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureStatus;
import dev.mlinfra.feature.FeatureStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes what the hourly job knew of the users, and serves the newest of it online.
 *
 * <p>The history is for training and keeps its times. All of it is older than the view's
 * time-to-live, so nothing of it is served online; a service whose job runs today would write the
 * same totals with the time of today, and so does this class for every user that is not served yet.
 */
final class ServeUserFeatures {
  private static final int ROWS_A_WRITE = 2_000;
  private static final Duration BUDGET = Duration.ofSeconds(2);

  private final FeatureStore features;
  private final List<FeatureRow> history;
  private final Map<String, FeatureRow> newest = new LinkedHashMap<>();

  ServeUserFeatures(FeatureStore features, List<FeatureRow> history) {
    this.features = features;
    this.history = history;
    history.forEach(row -> newest.put(row.entity(), row));
  }

  String serve() {
    int added = put(history);
    added += put(notServed(Instant.now()));
    return "%,d hourly rows of %d kinds of user, %,d new; %d served online"
        .formatted(history.size(), newest.size(), added, online());
  }

  int users() {
    return newest.size();
  }

  int historyRows() {
    return history.size();
  }

  /** How many users the online store serves with the newest values that are known of them. */
  long online() {
    return lookUp().stream().filter(this::isNewest).count();
  }

  private List<FeatureRow> notServed(Instant now) {
    List<FeatureRow> rows = new ArrayList<>();
    for (FeatureLookup answer : lookUp()) {
      if (!isNewest(answer)) {
        FeatureRow.Builder row = FeatureRow.builder(answer.entity(), now);
        known(answer.entity()).forEach(row::value);
        rows.add(row.build());
      }
    }
    return rows;
  }

  private int put(List<FeatureRow> rows) {
    int added = 0;
    for (int from = 0; from < rows.size(); from += ROWS_A_WRITE) {
      int to = Math.min(from + ROWS_A_WRITE, rows.size());
      added += features.put(UserHistory.VIEW.name(), rows.subList(from, to));
    }
    return added;
  }

  private List<FeatureLookup> lookUp() {
    return features.online(UserHistory.VIEW.name(), new ArrayList<>(newest.keySet()), BUDGET);
  }

  private boolean isNewest(FeatureLookup answer) {
    return answer.status() == FeatureStatus.PRESENT
        && answer.row().map(FeatureRow::values).equals(Optional.of(known(answer.entity())));
  }

  private Map<String, Object> known(String user) {
    FeatureRow row = newest.get(user);
    return row == null ? Map.of() : row.values();
  }
}
