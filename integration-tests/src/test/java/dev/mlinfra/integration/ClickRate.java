package dev.mlinfra.integration;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.spi.LoggedRow;
import java.util.Collection;
import java.util.function.Predicate;

/**
 * What the decisions that passed say of the share of clicks among all that were offered.
 *
 * @param rows how many passed
 * @param plain their share, as if they were all
 * @param weighted their share, each with the inverse of its pass probability
 * @param low where the 95 % confidence interval of the weighted share begins: Wilson's, for rare
 *     clicks, with the sample size that the weights leave
 * @param high where it ends
 */
record ClickRate(int rows, double plain, double weighted, double low, double high) {
  private static final double Z = 1.96;

  static ClickRate of(
      Collection<LoggedRow<Decision>> passed, Predicate<LoggedRow<Decision>> clicked) {
    double clicks = 0;
    double weights = 0;
    double weightedClicks = 0;
    for (LoggedRow<Decision> row : passed) {
      double weight = 1 / row.passProbability();
      clicks += clicked.test(row) ? 1 : 0;
      weights += weight;
      weightedClicks += clicked.test(row) ? weight : 0;
    }
    double share = weightedClicks / weights;
    double squares = 0;
    for (LoggedRow<Decision> row : passed) {
      double weight = 1 / row.passProbability();
      squares += weight * (weight - 1) * Math.pow((clicked.test(row) ? 1 : 0) - share, 2);
    }
    double size = share * (1 - share) / (squares / weights / weights);
    double middle = (share + Z * Z / 2 / size) / (1 + Z * Z / size);
    double half =
        Z * Math.sqrt(share * (1 - share) / size + Z * Z / 4 / size / size) / (1 + Z * Z / size);
    return new ClickRate(
        passed.size(), clicks / passed.size(), share, middle - half, middle + half);
  }

  boolean holds(double truth) {
    return low <= truth && truth <= high;
  }

  double margin() {
    return (high - low) / 2;
  }
}
