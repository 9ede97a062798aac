package dev.mlinfra.benchmarks;

import dev.mlinfra.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A PostgreSQL that syncs to the disk, for machines without containers. Its first line says port,
 * user and password; it ends with its input.
 */
public final class PostgresServer {
  private PostgresServer() {}

  /**
   * Runs until its input ends.
   *
   * @param args the directory of its data
   * @throws IOException when the input cannot be read
   */
  @SuppressWarnings("SystemOut")
  public static void main(String[] args) throws IOException {
    try (EmbeddedPostgres server = EmbeddedPostgres.start(Path.of(args[0]))) {
      System.out.println(server.port() + " " + server.user() + " " + server.password().reveal());
      System.out.flush();
      while (System.in.read() >= 0) {
        // until the end
      }
    }
  }
}
