package dev.mlinfra.examples.quickstart;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One row of the training set as the click model sees it.
 *
 * @param at when the decision was taken
 * @param inputs the values of {@link #INPUTS}
 * @param clicked what came of it
 */
@SuppressWarnings("ArrayRecordComponent") // nobody changes or compares the array
record Example(Instant at, double[] inputs, boolean clicked) {
  static final List<String> INPUTS =
      List.of("position_1", "position_2", "log_propensity", "has_affinity", "user_click_rate");

  /** A user of whom nothing is known counts as one with this history. */
  private static final double PRIOR_CLICKS = 1;

  private static final double PRIOR_VIEWS = 250;

  static List<Example> read(Path csv) {
    try (BufferedReader lines = Files.newBufferedReader(csv)) {
      String[] columns = lines.readLine().split(",", -1);
      List<Example> examples = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        examples.add(parse(columns, line.split(",", -1)));
      }
      return examples;
    } catch (IOException e) {
      throw new UncheckedIOException(csv + " could not be read", e);
    }
  }

  private static Example parse(String[] columns, String[] values) {
    Map<String, String> row = new HashMap<>();
    for (int i = 0; i < columns.length; i++) {
      row.put(columns[i], values[i]);
    }
    double position = number(row, "position");
    double[] inputs = {
      position == 1 ? 1 : 0,
      position == 2 ? 1 : 0,
      StrictMath.log(number(row, "propensity")),
      number(row, "affinity_total") > 0 ? 1 : 0,
      (number(row, "user_clicks") + PRIOR_CLICKS) / (number(row, "user_views") + PRIOR_VIEWS)
    };
    return new Example(
        Instant.parse(row.getOrDefault("decided_at", "")), inputs, number(row, "clicked") == 1);
  }

  private static double number(Map<String, String> row, String column) {
    String text = row.getOrDefault(column, "");
    return text.isEmpty() ? 0 : Double.parseDouble(text);
  }
}
