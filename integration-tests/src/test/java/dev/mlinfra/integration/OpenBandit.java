package dev.mlinfra.integration;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * A real decision of the sample that the examples carry, and what came of it.
 *
 * @param row its number among those of both policies
 * @param at when it was made
 * @param item which item was shown
 * @param propensity with which probability
 * @param clicked whether the user clicked
 */
record OpenBandit(int row, Instant at, int item, double propensity, boolean clicked) {
  static List<OpenBandit> load() {
    List<OpenBandit> all = new ArrayList<>();
    for (String policy : List.of("bts", "random")) {
      try (InputStream file =
              Objects.requireNonNull(
                  OpenBandit.class.getResourceAsStream("/open-bandit/" + policy + ".csv.gz"));
          BufferedReader lines =
              new BufferedReader(
                  new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
        lines.lines().skip(1).forEach(line -> all.add(of(all.size(), line.split(",", 6))));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return List.copyOf(all);
  }

  private static OpenBandit of(int row, String[] columns) {
    return new OpenBandit(
        row,
        OffsetDateTime.parse(columns[0].replace(' ', 'T')).toInstant(),
        Integer.parseInt(columns[1]),
        Double.parseDouble(columns[4]),
        columns[3].equals("1"));
  }
}
