package dev.mlinfra.examples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The run that a page shows, and what of it is the same in each run. */
final class PrintedRun {
  private static final Path PAGE = Path.of("../docs/getting-started.md");
  private static final Pattern BLOCK =
      Pattern.compile("(?s)(?<=<!-- printed: QuickStartIT -->\n```\n).*?(?=```\n)");

  private PrintedRun() {}

  static String onThePage() throws IOException {
    Matcher block = BLOCK.matcher(Files.readString(PAGE));
    if (!block.find()) {
      throw new AssertionError(PAGE + " has no block below <!-- printed: QuickStartIT -->");
    }
    return block.group();
  }

  static void write(String printed) throws IOException {
    String page = Files.readString(PAGE);
    Files.writeString(PAGE, BLOCK.matcher(page).replaceFirst(Matcher.quoteReplacement(printed)));
  }

  /**
   * Without ports, times, versions of servers, and counts that depend on how quick a server was.
   */
  static String whatNeverDiffers(String printed) {
    return printed
        .replaceAll("on port \\d+", "on port ...")
        .replaceAll("(?m) +[\\d.]+ s$", " ... s")
        .replaceAll("(?m) +[\\d.]+ s +\\d+ %.*$", " ... s")
        .replaceAll("seconds=[\\d.]+", "seconds=...")
        .replaceAll("PostgreSQL [\\d.]+", "PostgreSQL ...")
        .replaceAll("redis [\\d.]+, \\d+ MiB", "redis ..., ... MiB")
        .replaceAll("(ml_decision_metrics|ml:decisions:\\*|used memory) +[\\d,]+", "$1 ...");
  }
}
