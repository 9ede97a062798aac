package dev.mlinfra.examples.quickstart;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What the person who runs the quick-start asked for.
 *
 * @param keep where to keep the data; empty for a temporary directory
 * @param stack whether to use servers that the environment names
 * @param hold whether to keep the servers up at the end
 * @param help whether to print the usage only
 */
record Options(Optional<Path> keep, boolean stack, boolean hold, boolean help) {
  static final String USAGE =
      """
      usage: ./quickstart [--keep DIR] [--hold] [--stack]

      Plays a small host service over real logged decisions, on a PostgreSQL and a Redis that it
      starts itself. Needs a JDK 17 or newer and Maven 3.8.7 or newer; no Docker, no server.

        --keep DIR   keep the data in DIR; a second run there finds it and adds no duplicate
        --hold       keep the servers up at the end until Enter, to look around in them
        --stack      use the servers that scripts/stack up started, or those that the variables
                     ML_INFRA_* name, instead of starting some
        --help       print this

      The last line is "quickstart ok ..." and the exit code 0 if everything held.
      """;

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException with one line when it is not understood
   */
  static Options parse(List<String> arguments) {
    Optional<Path> keep = Optional.empty();
    boolean stack = false;
    boolean hold = false;
    boolean help = false;
    for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
      String option = rest.next();
      switch (option) {
        case "--keep" -> {
          String directory = rest.hasNext() ? rest.next() : "";
          if (directory.isBlank() || directory.startsWith("--")) {
            throw new IllegalArgumentException("--keep needs a directory: --keep DIR");
          }
          keep = Optional.of(Path.of(directory).toAbsolutePath().normalize());
        }
        case "--stack" -> stack = true;
        case "--hold" -> hold = true;
        case "-h", "--help" -> help = true;
        default ->
            throw new IllegalArgumentException(
                "does not know '" + option + "'; ./quickstart --help lists the options");
      }
    }
    if (stack && (keep.isPresent() || hold)) {
      throw new IllegalArgumentException(
          "--stack starts no servers, so there is nothing to --keep or --hold; leave one out");
    }
    return new Options(keep, stack, hold, help);
  }
}
