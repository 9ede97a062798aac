package dev.mlinfra.examples.quickstart;

import java.util.List;

/**
 * One of the 80 items.
 *
 * @param id its number
 * @param level {@code item_feature_0}, the only number that is known of it
 * @param categories its hashed categories
 */
record Item(int id, double level, List<String> categories) {
  private static final int DIMENSIONS = 64;

  Item {
    categories = List.copyOf(categories);
  }

  String action() {
    return "item-" + id;
  }

  /** The level first, then every category hashed to one of the other places; of length 1. */
  float[] embedding() {
    double[] values = new double[DIMENSIONS];
    values[0] = level;
    for (String category : categories) {
      values[1 + Math.floorMod(category.hashCode(), DIMENSIONS - 1)] += 1;
    }
    double squares = 0;
    for (double value : values) {
      squares += value * value;
    }
    float[] unit = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      unit[i] = (float) (values[i] / Math.sqrt(squares));
    }
    return unit;
  }
}
