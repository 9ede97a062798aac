package dev.mlinfra.examples;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.embedded.EmbeddedStack;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Stores a file under its digest and brings it back verified. */
public final class StoreArtifacts {
  private StoreArtifacts() {}

  /**
   * Runs it on servers of its own.
   *
   * @param args not used
   * @throws IOException when no temporary file can be made
   */
  public static void main(String[] args) throws IOException {
    try (EmbeddedStack servers = EmbeddedStack.start()) {
      run(servers.config("store-artifacts"), System.out);
    }
  }

  static void run(MlInfraConfig.Builder config, PrintStream out) throws IOException {
    Path report = Files.createTempFile("report", ".csv");
    Path copy = Files.createTempFile("copy", ".csv");
    try (MlInfra ml = MlInfra.connect(config.build())) {
      ml.ensureBucket();
      Files.writeString(report, "item,clicks\nitem-79,3\n");

      // region put
      Artifact stored = ml.artifacts().put(report);
      Artifact again =
          ml.artifacts()
              .put(
                  new ByteArrayInputStream(
                      "item,clicks\nitem-79,3\n".getBytes(StandardCharsets.UTF_8)));
      // endregion
      out.println("the same bytes are kept once: " + again.equals(stored));

      // region read
      ml.artifacts().download(stored, copy); // appears only when size and digest are right
      Artifact found = ml.artifacts().find(stored.sha256()).orElseThrow();
      // endregion
      out.println("came back whole: " + (Files.mismatch(report, copy) == -1));
      out.println("found by digest: " + found.equals(stored));
      out.println(stored.sizeBytes() + " bytes, sha256 " + stored.sha256());
    } finally {
      Files.deleteIfExists(report);
      Files.deleteIfExists(copy);
    }
  }
}
