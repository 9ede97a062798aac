package dev.mlinfra.examples.quickstart;

import dev.mlinfra.MlInfraConfig;
import java.util.List;

/** Servers that run already and that the variables {@code ML_INFRA_*} name. */
final class NamedServers implements Servers {
  @Override
  public String description() {
    return "those that the variables ML_INFRA_* name";
  }

  @Override
  public MlInfraConfig.Builder config() {
    return MlInfraConfig.fromEnvironment().toBuilder();
  }

  @Override
  public boolean exclusive() {
    return false;
  }

  @Override
  public List<String> whereToLook() {
    return List.of("in the servers that ML_INFRA_* name: schema ml_learning, keys ml:*");
  }

  @Override
  public void close() {
    // they are not ours to stop
  }
}
