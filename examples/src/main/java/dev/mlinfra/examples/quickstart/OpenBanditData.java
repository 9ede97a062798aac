package dev.mlinfra.examples.quickstart;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/**
 * The Open Bandit sample: a week of real decisions of a fashion shop's recommender. Where it comes
 * from is told in {@code open-bandit/NOTICE.md} beside it.
 *
 * @param impressions of both policies, in order of time
 * @param items all 80, in order of their number
 */
record OpenBanditData(List<Impression> impressions, List<Item> items) {
  static final Instant WEEK_START = Instant.parse("2019-11-24T00:00:00Z");
  static final Instant WEEK_END = Instant.parse("2019-12-01T00:00:00Z");

  private static final int ITEMS = 80;
  private static final int FIRST_USER_FEATURE = 5;
  private static final int FIRST_AFFINITY = 9;

  OpenBanditData {
    impressions = List.copyOf(impressions);
    items = List.copyOf(items);
  }

  static OpenBanditData load() {
    List<Impression> impressions = new ArrayList<>();
    for (Policy policy : Policy.values()) {
      int[] row = {0};
      read(
          policy.model() + ".csv.gz",
          columns -> impressions.add(impression(policy, ++row[0], columns)));
    }
    impressions.sort(Comparator.comparing(Impression::at));
    List<Item> items = new ArrayList<>();
    // The other policy's file has the same items under other hashes of the same categories.
    read("items-bts.csv", columns -> items.add(item(columns)));
    return new OpenBanditData(impressions, items);
  }

  String description() {
    return "%,d impressions of %d items to %d kinds of user by %d policies"
        .formatted(
            impressions.size(),
            items.size(),
            impressions.stream().map(Impression::user).distinct().count(),
            Policy.values().length);
  }

  long impressionsOf(Policy policy) {
    return impressions.stream().filter(shown -> shown.policy() == policy).count();
  }

  long clicksOf(Policy policy) {
    return impressions.stream().filter(i -> i.policy() == policy && i.clicked()).count();
  }

  private static Impression impression(Policy policy, int row, String[] columns) {
    float[] affinities = new float[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
      String text = columns[FIRST_AFFINITY + i];
      affinities[i] = text.equals("0.0") ? 0 : Float.parseFloat(text); // most are
    }
    return new Impression(
        policy,
        row,
        OffsetDateTime.parse(columns[0].replace(' ', 'T')).toInstant(),
        Integer.parseInt(columns[1]),
        Integer.parseInt(columns[2]),
        columns[3].equals("1"),
        Double.parseDouble(columns[4]),
        user(columns),
        affinities);
  }

  /** Users are anonymous: those with the same four features count as one. */
  private static String user(String[] columns) {
    String features =
        String.join("/", List.of(columns).subList(FIRST_USER_FEATURE, FIRST_AFFINITY));
    UUID hash = UUID.nameUUIDFromBytes(features.getBytes(StandardCharsets.UTF_8));
    return "user-" + hash.toString().substring(0, 8);
  }

  private static Item item(String[] columns) {
    return new Item(
        Integer.parseInt(columns[0]),
        Double.parseDouble(columns[1]),
        List.of(columns[2], columns[3], columns[4]));
  }

  private static void read(String file, Consumer<String[]> row) {
    try (InputStream raw =
            Objects.requireNonNull(
                OpenBanditData.class.getResourceAsStream("/open-bandit/" + file), file);
        InputStream bytes = file.endsWith(".gz") ? new GZIPInputStream(raw) : raw;
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
      lines.readLine(); // the names of the columns
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        row.accept(line.split(",", -1));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("open-bandit/" + file + " could not be read", e);
    }
  }
}
