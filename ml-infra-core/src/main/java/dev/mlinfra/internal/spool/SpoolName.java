package dev.mlinfra.internal.spool;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All that is needed to replay a file, in its name. Names sort in the order in which they were
 * written.
 *
 * @param serial its place in the order
 * @param kind what its rows are, as {@code decisions}
 * @param version of the schema that its rows have
 * @param rows how many there are
 * @param checksum CRC-32C of the table of its rows, which has those of the rows
 */
public record SpoolName(long serial, String kind, int version, int rows, int checksum)
    implements Comparable<SpoolName> {
  static final String SUFFIX = ".copy";

  /** Far more than anybody writes, and there are as many behind it. */
  private static final long MAX_SERIAL = Long.MAX_VALUE / 2;

  private static final Comparator<SpoolName> ORDER =
      Comparator.comparingLong(SpoolName::serial).thenComparing(SpoolName::fileName);

  private static final Pattern FORM =
      Pattern.compile("(\\d{19})-([a-z]{1,32})-v(\\d{1,9})-(\\d{1,9})-([0-9a-f]{8})\\.copy");

  /** Reads a name, or nothing where it is none. */
  static Optional<SpoolName> parse(String fileName) {
    Matcher matcher = FORM.matcher(fileName);
    if (!matcher.matches() || matcher.group(1).compareTo(Long.toString(MAX_SERIAL)) > 0) {
      return Optional.empty();
    }
    return Optional.of(
        new SpoolName(
            Long.parseLong(matcher.group(1)),
            matcher.group(2),
            Integer.parseInt(matcher.group(3)),
            Integer.parseInt(matcher.group(4)),
            Integer.parseUnsignedInt(matcher.group(5), 16)));
  }

  /** What comes before all names of a number. */
  static SpoolName before(long serial) {
    return new SpoolName(serial, "", 0, 0, 0);
  }

  /** Whether the rows of both have the same form. */
  boolean isLike(SpoolName other) {
    return kind.equals(other.kind) && version == other.version;
  }

  String fileName() {
    return "%019d-%s-v%d-%d-%08x%s".formatted(serial, kind, version, rows, checksum, SUFFIX);
  }

  @Override
  public int compareTo(SpoolName other) {
    return ORDER.compare(this, other);
  }
}
