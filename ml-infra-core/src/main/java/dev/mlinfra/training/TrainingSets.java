package dev.mlinfra.training;

/**
 * Makes sets of rows to train on from the decisions that are stored. Thread-safe; closed with
 * {@code MlInfra}.
 *
 * @since 0.1
 */
public interface TrainingSets {
  /**
   * Prepares a training set: decisions with one reward each and, where asked, the features known at
   * the time. Blocks until what was stored before the call is settled, at most some seconds while
   * other writes are open; reads no rows yet.
   *
   * @param query what it holds
   * @return the set, with the bound of ingestion that its rows keep to
   * @throws dev.mlinfra.error.ConfigException when a view is not declared
   * @throws dev.mlinfra.error.InvalidInputException when two columns would have one name, or the
   *     query's bound is not settled yet
   * @throws dev.mlinfra.error.ModuleMissingException when it joins features and no module has them
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  TrainingSet set(TrainingQuery query);
}
