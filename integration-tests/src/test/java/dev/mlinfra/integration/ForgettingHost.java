package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.PlainConfig;

/** A host in a process of its own, configured by its environment, that forgets a subject. */
final class ForgettingHost {
  private ForgettingHost() {}

  /** Takes whom to forget. */
  public static void main(String[] args) {
    try (MlInfra ml = MlInfra.connect(PlainConfig.fromEnvironment())) {
      System.out.println("forgotten " + ml.decisions().forget(args[0]));
    }
  }
}
