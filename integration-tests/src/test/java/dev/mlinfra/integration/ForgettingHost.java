package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;

/** A host in a process of its own, configured by its environment, that forgets a subject. */
final class ForgettingHost {
  private ForgettingHost() {}

  /** Takes whom to forget. */
  public static void main(String[] args) {
    try (MlInfra ml = MlInfra.connect(MlInfraConfig.fromEnvironment())) {
      System.out.println("forgotten " + ml.privacy().forget(args[0]));
    }
  }
}
