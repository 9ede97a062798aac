package dev.mlinfra.storage.internal.mlflow;

import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.spi.ModelMirror;
import org.mlflow.api.proto.Service.RunInfo;

/** Shows versions and promotions in MLflow; what is there already is found, not made again. */
public final class MlflowMirror implements ModelMirror {
  private final MlflowCalls calls;

  /**
   * Makes one.
   *
   * @param calls to the server
   */
  public MlflowMirror(MlflowCalls calls) {
    this.calls = calls;
  }

  @Override
  public ModelVersion.Mirrored mirror(ModelVersion version) {
    String name = MlflowNames.model(version.name());
    String source = MlflowNames.source(version.artifact());
    return calls.call(
        "mirroring " + version.name() + " version " + version.version(),
        session -> {
          RunInfo run = new Runs(session.client(), calls.target().experiment()).ensure(version);
          Registry registry = new Registry(session.client());
          registry.ensureModel(name);
          String number =
              registry.ensureVersion(
                  name, run.getRunId(), shownSource(source, run), Runs.tags(version));
          return new ModelVersion.Mirrored(run.getRunId(), number);
        });
  }

  @Override
  public void mirror(Promotion promotion, ModelVersion.Mirrored mirrored) {
    String name = MlflowNames.model(promotion.name());
    String alias = MlflowNames.alias(promotion.alias());
    calls.call(
        "pointing alias " + promotion.alias() + " of " + promotion.name(),
        session -> {
          new Registry(session.client()).point(name, alias, mirrored.version());
          return alias;
        });
  }

  /**
   * MLflow takes a source outside the run only from an object store. A version whose bytes are in a
   * directory or behind MLflow's own proxy shows the run's place instead; the tag has the address.
   */
  private static String shownSource(String source, RunInfo run) {
    return source.startsWith("s3://") ? source : run.getArtifactUri();
  }
}
