package dev.mlinfra.storage.internal.mlflow;

import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.storage.mlflow.MlflowSession;
import org.mlflow.api.proto.Service.RunInfo;

/** Shows versions and promotions in MLflow; what is there already is found, not made again. */
public final class MlflowMirror implements ModelMirror {
  private final MlflowCalls calls;
  private final String experiment;
  private final RunArtifacts artifacts;

  /**
   * Makes one.
   *
   * @param calls to the server
   * @param experiment where runs go
   * @param artifacts which of them are copied
   */
  public MlflowMirror(MlflowCalls calls, String experiment, RunArtifacts artifacts) {
    this.calls = calls;
    this.experiment = experiment;
    this.artifacts = artifacts;
  }

  @Override
  public ModelVersion.Mirrored mirror(ModelVersion version) {
    String name = MlflowNames.model(version.name());
    String source = MlflowNames.source(version.artifact());
    String doing = "mirroring " + version.name() + " version " + version.version();
    if (artifacts.takes(version.artifact())) {
      artifacts.copy(version.artifact(), calls.call(doing, session -> run(session, version)));
    }
    return calls.call(
        doing,
        session -> {
          RunInfo run = run(session, version);
          Registry registry = new Registry(session);
          registry.ensureModel(name);
          String number =
              registry.ensureVersion(
                  name, run.getRunId(), shownSource(source, version, run), Runs.tags(version));
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
          new Registry(session).point(name, alias, mirrored.version());
          return alias;
        });
  }

  private RunInfo run(MlflowSession session, ModelVersion version) {
    return new Runs(session, experiment).ensure(version);
  }

  /**
   * MLflow takes a source outside the run only from an object store. A version whose bytes were
   * copied, are in a directory or behind MLflow's own proxy shows the run's place instead; the tag
   * has the address.
   */
  private String shownSource(String source, ModelVersion version, RunInfo run) {
    boolean elsewhere = source.startsWith("s3://") && !artifacts.takes(version.artifact());
    return elsewhere ? source : run.getArtifactUri();
  }
}
