package dev.mlinfra.conventions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds the pages against the sources: their Java is a region of a compiled file, their links lead
 * somewhere. {@code -Ddocs.write=true} copies the regions into the pages.
 */
class DocsTest {
  private static final int LEAST_BLOCKS = 20;
  private static final Pattern CLASS = Pattern.compile("`([A-Z][a-zA-Z]*[a-z][a-zA-Z]*)[.`]");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");

  @Test
  void everyJavaBlockIsARegionOfACompiledSource() throws IOException {
    int blocks = 0;
    for (Path page : pages()) {
      String text = SourceTree.read(page);
      String expected = Snippets.fill(SourceTree.relative(page), text);
      if (Boolean.getBoolean("docs.write")) {
        Files.writeString(page, expected);
      } else {
        assertThat(text)
            .as("%s; -Ddocs.write=true copies the regions into it", SourceTree.relative(page))
            .isEqualTo(expected);
      }
      blocks += Snippets.count(expected);
    }
    assertThat(blocks).isGreaterThanOrEqualTo(LEAST_BLOCKS);
  }

  @Test
  void everyLinkLeadsToAFileAndAHeading() {
    List<String> dead = new ArrayList<>();
    for (Path page : pages()) {
      Matcher link = LINK.matcher(Headings.withoutCode(SourceTree.read(page)));
      while (link.find()) {
        if (!leadsSomewhere(page, link.group(1))) {
          dead.add(SourceTree.relative(page) + " -> " + link.group(1));
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  @Test
  void everyPageCanBeReachedFromTheIndex() {
    String index = SourceTree.read(SourceTree.ROOT.resolve("docs/README.md"));
    assertThat(SourceTree.files(SourceTree.ROOT.resolve("docs"), DocsTest::isPage))
        .map(page -> SourceTree.ROOT.resolve("docs").relativize(page).toString())
        .filteredOn(page -> !page.equals("README.md"))
        .isNotEmpty()
        .allSatisfy(page -> assertThat(index).contains("](" + page + ")"));
  }

  @Test
  void everyClassThatTheArchitectureNamesIsThere() {
    String page = SourceTree.read(SourceTree.ROOT.resolve("docs/architecture.md"));
    Set<String> classes =
        SourceTree.PUBLISHED.stream()
            .flatMap(module -> SourceTree.mainSources(module).stream())
            .map(file -> file.getFileName().toString().replace(".java", ""))
            .collect(Collectors.toSet());
    assertThat(CLASS.matcher(Headings.withoutCode(page)).results())
        .hasSizeGreaterThan(50)
        .extracting(found -> found.group(1))
        .filteredOn(name -> !classes.contains(name))
        .isEmpty();
  }

  private static boolean leadsSomewhere(Path page, String target) {
    if (target.matches("(https?|mailto):.*")) {
      return true;
    }
    String[] parts = target.split("#", 2);
    Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
    if (!file.startsWith(SourceTree.ROOT) || !Files.exists(file)) {
      return false;
    }
    return parts.length == 1 || Headings.anchors(SourceTree.read(file)).contains(parts[1]);
  }

  private static List<Path> pages() {
    return Stream.concat(
            Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
                .map(SourceTree.ROOT::resolve)
                .filter(Files::exists),
            SourceTree.files(SourceTree.ROOT.resolve("docs"), DocsTest::isPage).stream())
        .toList();
  }

  private static boolean isPage(Path file) {
    return file.toString().endsWith(".md");
  }
}
