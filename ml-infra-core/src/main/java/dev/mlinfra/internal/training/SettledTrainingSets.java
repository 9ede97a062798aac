package dev.mlinfra.internal.training;

import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.error.ModuleMissingException;
import dev.mlinfra.internal.feature.JoinedView;
import dev.mlinfra.internal.feature.TieredFeatureStore;
import dev.mlinfra.internal.module.LibraryModule;
import dev.mlinfra.spi.TrainingReader;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.training.TrainingQuery;
import dev.mlinfra.training.TrainingSet;
import dev.mlinfra.training.TrainingSets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Fixes the bound of ingestion of training sets. Thread-safe. */
public final class SettledTrainingSets implements TrainingSets {
  private final TrainingReader reader;
  private final Optional<TieredFeatureStore> features;

  /** Makes the client; features that are absent are reported by the calls that need them. */
  public SettledTrainingSets(TrainingReader reader, Optional<TieredFeatureStore> features) {
    this.reader = reader;
    this.features = features;
  }

  @Override
  public TrainingSet set(TrainingQuery query) {
    TrainingColumns columns =
        new TrainingColumns(views(query).stream().map(JoinedView::view).toList());
    requireDistinct(columns.names());
    Instant settled = reader.settled(query.knownBefore());
    Instant bound = query.knownBefore().orElse(settled);
    if (bound.isAfter(settled)) {
      throw new InvalidInputException(
          Faults.line(
              "training.knownBefore",
              bound,
              "must not be after " + settled + ", since later rows may still come",
              "ask again later or leave it out"));
    }
    return new SettledTrainingSet(reader, query.knownBefore(bound), columns, this);
  }

  /** The views of a query, for one thread. */
  List<JoinedView> views(TrainingQuery query) {
    return query.features().stream()
        .map(join -> features.orElseThrow(SettledTrainingSets::missing).joined(join.view()))
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
    faults.refuseIfAny();
  }

  private static ModuleMissingException missing() {
    return LibraryModule.POSTGRES.missing("training.features", "a module that has features");
  }
}
