package dev.mlinfra.internal.feature;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.check.Faults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Feature views as text: {@code view NAME} begins one, and then comes one word of its builder a
 * line, as {@code number age}, {@code vector taste 8} or {@code ttl P30D}, in the order of the
 * features. {@code #} begins a comment.
 */
public final class ViewFile {
  private final Path file;
  private final Faults faults = new Faults();
  private final List<FeatureView> views = new ArrayList<>();
  private FeatureView.@Nullable Builder open;
  private boolean broken;

  private ViewFile(Path file) {
    this.file = file;
  }

  /**
   * Reads the views of a file.
   *
   * @throws ConfigException with every fault, or when the file cannot be read
   */
  public static List<FeatureView> read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new ConfigException(
          Faults.line(
              "feature view file", file.toString(), "must be readable UTF-8", "check its path"),
          e);
    }
    ViewFile views = new ViewFile(file);
    for (int i = 0; i < lines.size(); i++) {
      views.take(i + 1, lines.get(i).replaceFirst("#.*", "").strip());
    }
    views.finish();
    views.faults.throwIfAny();
    return views.views;
  }

  private void take(int number, String line) {
    if (line.isEmpty()) {
      return;
    }
    String[] words = line.split("\\s+", -1);
    if (words[0].equals("view") && words.length == 2) {
      finish();
      open = FeatureView.named(words[1]);
    } else if (open == null || !understood(open, words)) {
      broken = true;
      faults.add(
          file + " line " + number,
          line,
          "must be view NAME, then number, count, flag or text NAME, vector NAME LENGTH or ttl"
              + " DURATION",
          "correct it");
    }
  }

  private static boolean understood(FeatureView.Builder view, String[] words) {
    if (words.length != (words[0].equals("vector") ? 3 : 2)) {
      return false;
    }
    try {
      switch (words[0]) {
        case "number" -> view.number(words[1]);
        case "count" -> view.count(words[1]);
        case "flag" -> view.flag(words[1]);
        case "text" -> view.text(words[1]);
        case "vector" -> view.vector(words[1], Integer.parseInt(words[2]));
        case "ttl" -> view.ttl(Duration.parse(words[1]));
        default -> {
          return false;
        }
      }
      return true;
    } catch (NumberFormatException | DateTimeParseException e) {
      return false;
    }
  }

  /** Ends the view that is open; one with lines that were not understood is not checked further. */
  private void finish() {
    if (open != null && !broken) {
      try {
        views.add(open.build());
      } catch (ConfigException e) {
        faults.addAll(e.faults());
      }
    }
    open = null;
    broken = false;
  }
}
