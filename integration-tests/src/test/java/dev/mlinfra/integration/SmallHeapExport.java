package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.training.TrainingFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a training set in a process of its own; the password comes from its standard input. */
final class SmallHeapExport {
  private SmallHeapExport() {}

  public static void main(String[] args) throws IOException {
    Secret password = Secret.of(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
    MlInfraConfig config =
        MlInfraConfig.forService("small-heap")
            .install(Postgres.at(args[0]).user(args[1]).password(password))
            .build();
    try (MlInfra ml = MlInfra.connect(config);
        OutputStream out = Files.newOutputStream(Path.of(args[2]))) {
      long rows =
          ml.training().set(TrainingSetContract.query("large")).write(TrainingFormat.CSV, out);
      System.out.println(rows + " rows");
    }
  }
}
