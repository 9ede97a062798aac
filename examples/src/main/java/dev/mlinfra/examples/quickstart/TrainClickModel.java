package dev.mlinfra.examples.quickstart;

import dev.mlinfra.MlInfra;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Trains a click model on the first five days of the stored training set, measures it on the last
 * two, registers and promotes it, and takes it back out by its alias as a serving host would.
 */
final class TrainClickModel {
  static final String MODEL = "click";
  static final String ALIAS = "champion";

  private static final Duration MIRROR_TIMEOUT = Duration.ofMinutes(1);
  private static final Instant SPLIT = OpenBanditData.WEEK_START.plus(Duration.ofDays(5));

  private final MlInfra ml;
  private final Path directory;

  TrainClickModel(MlInfra ml, Path directory) {
    this.ml = ml;
    this.directory = directory;
  }

  String train(Artifact trainingSet) {
    Path csv = directory.resolve("training-set-read-back.csv");
    ml.artifacts().download(trainingSet, csv);
    List<Example> examples = Example.read(csv);
    List<Example> past = examples.stream().filter(e -> e.at().isBefore(SPLIT)).toList();
    List<Example> future = examples.stream().filter(e -> !e.at().isBefore(SPLIT)).toList();

    ClickModel model = ClickModel.train(past);
    Evaluation measured = Evaluation.of(future, model::predict);
    double rate = ClickModel.rate(past);
    Evaluation baseline = Evaluation.of(future, inputs -> rate);

    ModelVersion version = register(model, measured, baseline, trainingSet);
    ml.models()
        .promote(
            NewPromotion.of(MODEL, version.version())
                .alias(ALIAS)
                .by("quick-start")
                .reason("the first of its kind to serve"));
    Evaluation served = Evaluation.of(future, champion()::predict);
    if (!served.equals(measured)) {
      throw new QuickStartException("the champion measured " + served + " but was " + measured);
    }
    if (!ml.models().awaitMirror(MIRROR_TIMEOUT)) {
      throw new QuickStartException("MLflow did not take " + MODEL + " within " + MIRROR_TIMEOUT);
    }
    return String.format(
        Locale.ROOT,
        "%s v%d is champion; log-loss %.4f (base rate %.4f), AUC %.2f",
        MODEL,
        version.version(),
        measured.logLoss(),
        baseline.logLoss(),
        measured.auc());
  }

  /** The version that serves now. */
  ModelVersion current() {
    return ml.models()
        .current(MODEL, ALIAS)
        .orElseThrow(() -> new QuickStartException("model " + MODEL + " has no " + ALIAS));
  }

  private ModelVersion register(
      ClickModel model, Evaluation measured, Evaluation baseline, Artifact trainingSet) {
    byte[] bytes = model.text().getBytes(StandardCharsets.UTF_8);
    Artifact stored = ml.artifacts().put(new ByteArrayInputStream(bytes));
    return ml.models()
        .register(
            NewModel.of(MODEL, stored)
                .metrics(
                    Map.of(
                        "log_loss", measured.logLoss(),
                        "log_loss_baseline", baseline.logLoss(),
                        "auc", measured.auc()))
                .tags(Map.of("training_set", trainingSet.sha256())));
  }

  /** Downloads by alias; bytes that differ from the registered digest are refused. */
  private ClickModel champion() {
    byte[] bytes = ml.artifacts().read(current().artifact());
    return ClickModel.parse(new String(bytes, StandardCharsets.UTF_8));
  }
}
