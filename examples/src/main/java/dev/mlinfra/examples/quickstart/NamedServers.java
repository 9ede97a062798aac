package dev.mlinfra.examples.quickstart;

import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.PlainConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Servers that run already and that the variables {@code ML_INFRA_*} name. */
final class NamedServers implements Servers {
  @Override
  public String description() {
    return "those that the variables ML_INFRA_* name";
  }

  @Override
  public MlInfraConfig.Builder config() {
    return PlainConfig.fromEnvironment().toBuilder();
  }

  @Override
  public boolean exclusive() {
    return false;
  }

  @Override
  public List<String> whereToLook() {
    List<String> places = new ArrayList<>();
    add(places, "POSTGRES_URL", "schema ml_learning");
    add(places, "REDIS_URL", "stream ml-learning-events, keys ml:*");
    add(places, "OBJECTSTORAGE_URL", "bucket mlflow-artifacts, objects sha256/*");
    add(places, "MLFLOW_URL", "experiment ml-infra/quickstart, registered model click");
    return places;
  }

  private static void add(List<String> places, String variable, String what) {
    Map<String, String> environment = System.getenv();
    String url = environment.get("ML_INFRA_" + variable);
    if (url != null) {
      places.add(url + "  " + what);
    }
  }

  @Override
  public void close() {
    // they are not ours to stop
  }
}
