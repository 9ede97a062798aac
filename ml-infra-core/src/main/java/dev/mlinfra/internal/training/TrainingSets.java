package dev.mlinfra.internal.training;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ModuleMissingException;
import dev.mlinfra.internal.feature.JoinedView;
import dev.mlinfra.internal.feature.TieredFeatureStore;
import dev.mlinfra.spi.TrainingReader;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.training.TrainingQuery;
import dev.mlinfra.training.TrainingSet;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Fixes the bound of ingestion of training sets. Thread-safe. */
public final class TrainingSets {
  private final Optional<TrainingReader> history;
  private final Optional<TieredFeatureStore> features;

  /** What is absent is reported by the calls that need it. */
  public TrainingSets(Optional<TrainingReader> history, Optional<TieredFeatureStore> features) {
    this.history = history;
    this.features = features;
  }

  /** Checks the query and waits for its bound. */
  public TrainingSet settle(TrainingQuery query) {
    TrainingReader source = history.orElseThrow(() -> missing("decisions().trainingSet()"));
    List<String> columns = new TrainingColumns(query, views(query)).names();
    requireDistinct(columns);
    Instant settled = source.settled(query.knownBefore());
    Instant bound = query.knownBefore().orElse(settled);
    if (bound.isAfter(settled)) {
      throw new ConfigException(
          Faults.line(
              "training.knownBefore",
              bound,
              "must not be after " + settled + ", since later rows may still come",
              "ask again later or leave it out"));
    }
    return new SettledTrainingSet(source, query.knownBefore(bound), columns, this);
  }

  /** The views of a query, for one thread. */
  List<JoinedView> views(TrainingQuery query) {
    return query.features().stream()
        .map(join -> features.orElseThrow(() -> missing("training.features")).joined(join.view()))
        .toList();
  }

  /** A name may have dots, and a feature the name of the status. */
  private static void requireDistinct(List<String> columns) {
    Set<String> names = new HashSet<>();
    Faults faults = new Faults();
    for (String column : columns) {
      if (!names.add(column)) {
        faults.add(
            "training.features",
            column,
            "must be one column",
            "rename the feature in a view of its own");
      }
    }
    faults.throwIfAny();
  }

  private static ModuleMissingException missing(String what) {
    return new ModuleMissingException(
        what
            + " needs a module that reads decisions and features back; add ml-infra-postgres and"
            + " install(Postgres.at(url))");
  }
}
