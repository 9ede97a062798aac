package dev.mlinfra.containers;

import dev.mlinfra.PlainConfig;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.secret.SecretSource;
import java.nio.file.Path;

/** A service that reads its credentials as the guide says, and tells what it could use. */
final class ReadSecrets {
  private ReadSecrets() {}

  public static void main(String[] args) {
    try {
      SecretSource secrets = SecretSource.sops(Path.of(args[0]));
      System.out.println(secrets + " " + secrets.names());
      System.out.println(PlainConfig.fromEnvironment(secrets));
    } catch (MlInfraException e) {
      System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }
}
