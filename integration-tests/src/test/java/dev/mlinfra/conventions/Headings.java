package dev.mlinfra.conventions;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The headings of a Markdown page as link targets. */
final class Headings {
  private Headings() {}

  static Set<String> anchors(String page) {
    return withoutCode(page)
        .lines()
        .filter(line -> line.matches("#{1,6} .*"))
        .map(line -> anchor(line.replaceFirst("#+ ", "")))
        .collect(Collectors.toSet());
  }

  static String withoutCode(String page) {
    return page.replaceAll("(?ms)^\\s*```.*?^\\s*```\\s*$", "");
  }

  private static String anchor(String heading) {
    return heading
        .strip()
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
        .replace(' ', '-');
  }
}
