package dev.mlinfra.examples;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import dev.mlinfra.model.Promotion;
import java.io.ByteArrayInputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Registers two versions of a model, promotes the second, rolls back, and reads why. */
public final class PromoteModels {
  private PromoteModels() {}

  /**
   * Runs it on servers of its own.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    try (EmbeddedStack servers = EmbeddedStack.start()) {
      run(servers.config("promote-models"), System.out);
    }
  }

  static void run(MlInfraConfig.Builder config, PrintStream out) {
    try (MlInfra ml = MlInfra.connect(config.build())) {
      ml.ensureSchema().ensureBucket();
      // region register
      Artifact bytes = ml.artifacts().put(model("weight=0.10"));
      ModelVersion first =
          ml.models().register(NewModel.of("ranker", bytes).metrics(Map.of("auc", 0.61)));
      ml.models()
          .promote(
              NewPromotion.of("ranker", first.version())
                  .alias("champion")
                  .by("anna")
                  .reason("the first one"));
      // endregion

      ModelVersion second =
          ml.models()
              .register(
                  NewModel.of("ranker", ml.artifacts().put(model("weight=0.25")))
                      .metrics(Map.of("auc", 0.64)));
      // region promote
      ml.models()
          .promote(
              NewPromotion.of("ranker", second.version())
                  .alias("champion")
                  .by("anna")
                  .reason("better AUC"));
      ml.models()
          .promote(
              NewPromotion.of("ranker", first.version())
                  .alias("champion")
                  .by("bob")
                  .reason("clicks fell"));
      // endregion

      // region current
      ModelVersion champion = ml.models().current("ranker", "champion").orElseThrow();
      byte[] served = ml.artifacts().read(champion.artifact()); // refused if a byte differs
      // endregion
      out.println(
          "champion is v%d: %s"
              .formatted(champion.version(), new String(served, StandardCharsets.UTF_8)));
      for (Promotion step : ml.models().history("ranker")) {
        out.println("v%d by %s: %s".formatted(step.version(), step.by(), step.reason()));
      }
    }
  }

  private static ByteArrayInputStream model(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
