package dev.mlinfra.conventions;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FileNamesTest {
  @Test
  void classesAreNamedForWhatTheyAreOrHowTheyWork() {
    List<String> names =
        Stream.concat(SourceTree.PUBLISHED.stream(), Stream.of("examples"))
            .flatMap(module -> SourceTree.mainSources(module).stream())
            .map(Path::getFileName)
            .map(name -> name.toString().replace(".java", ""))
            .toList();

    assertThat(names)
        .hasSizeGreaterThan(100)
        .noneMatch(name -> name.matches("Default.+|.+(Impl|Utils?|Helper|Manager)"));
  }
}
