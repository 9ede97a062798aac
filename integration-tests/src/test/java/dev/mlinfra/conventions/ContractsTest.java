package dev.mlinfra.conventions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.spi.Wiring;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every part that a module may hand over has a contract, which the fake and an adapter run. */
class ContractsTest {
  private static final String KIT = "ml-infra-testing";

  @Test
  void everyPartHasAContract() {
    assertThat(Wiring.PARTS)
        .isNotEmpty()
        .allSatisfy(
            part ->
                assertThat(
                        SourceTree.ROOT.resolve(
                            KIT
                                + "/src/main/java/dev/mlinfra/testing/contract/"
                                + contract(part)
                                + ".java"))
                    .exists());
  }

  @Test
  void everyContractIsRunByTheFakeAndByAnAdapter() {
    String fakes = tests(Stream.of(KIT));
    String adapters = tests(SourceTree.PUBLISHED.stream().filter(module -> !module.equals(KIT)));
    assertThat(Wiring.PARTS)
        .allSatisfy(
            part ->
                assertThat(List.of(fakes, adapters))
                    .as(contract(part))
                    .allMatch(tests -> tests.contains("extends " + contract(part) + " {")));
  }

  /** A bucket is made for the artifacts in it, and both promise together. */
  private static String contract(Class<?> part) {
    return (part == BucketAdmin.class ? "ArtifactStore" : part.getSimpleName()) + "Contract";
  }

  private static String tests(Stream<String> modules) {
    StringBuilder text = new StringBuilder();
    modules
        .flatMap(
            module ->
                SourceTree.files(
                    SourceTree.ROOT.resolve(module).resolve("src/test/java"), ContractsTest::isJava)
                    .stream())
        .forEach(file -> text.append(SourceTree.read(file)));
    return text.toString();
  }

  private static boolean isJava(Path file) {
    return file.toString().endsWith(".java");
  }
}
