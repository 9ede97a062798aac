package dev.mlinfra.conventions;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Java blocks of a page. Each follows {@code <!-- snippet: path#region -->} and shows what
 * stands between {@code // region name} and {@code // endregion} in that file, un-indented.
 */
final class Snippets {
  private static final Pattern BLOCK =
      Pattern.compile(
          "(?ms)^(?:<!-- snippet: (?<path>[^#\\n]+)#(?<region>\\S+) -->\\n\\n?)?```java\\n(?<code>.*?)^```$");

  private Snippets() {}

  static int count(String page) {
    return (int) BLOCK.matcher(page).results().count();
  }

  /** The page with every block as its source has it now. */
  static String fill(String name, String page) {
    Matcher block = BLOCK.matcher(page);
    StringBuilder filled = new StringBuilder();
    while (block.find()) {
      if (block.group("path") == null) {
        throw new AssertionError(
            name
                + " has a java block without <!-- snippet: path#region --> before it: "
                + block.group("code").lines().findFirst().orElse(""));
      }
      String code = region(block.group("path"), block.group("region"));
      block.appendReplacement(
          filled,
          Matcher.quoteReplacement(
              page.substring(block.start(), block.start("code")) + code + "```"));
    }
    return block.appendTail(filled).toString();
  }

  private static String region(String path, String name) {
    List<String> lines = SourceTree.read(SourceTree.ROOT.resolve(path)).lines().toList();
    int start = indexOf(lines, "// region " + name, 0, path);
    int end = indexOf(lines, "// endregion", start, path);
    return String.join("\n", lines.subList(start + 1, end)).stripIndent().stripTrailing() + "\n";
  }

  private static int indexOf(List<String> lines, String marker, int from, String path) {
    for (int i = from; i < lines.size(); i++) {
      if (lines.get(i).strip().equals(marker)) {
        return i;
      }
    }
    throw new AssertionError(path + " has no line '" + marker + "'");
  }
}
