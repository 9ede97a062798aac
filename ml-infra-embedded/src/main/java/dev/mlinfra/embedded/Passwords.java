package dev.mlinfra.embedded;

import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Passwords that are made on the first start and kept in a private file beside the data. */
final class Passwords {
  private static final int BYTES = 20;
  private static final SecureRandom RANDOM = new SecureRandom();

  private Passwords() {}

  /** Reads the password, or makes it. */
  static Secret in(Path file) throws IOException {
    if (!Files.exists(file)) {
      byte[] random = new byte[BYTES];
      RANDOM.nextBytes(random);
      String password = HexFormat.of().formatHex(random); // no command takes it for an option
      Directories.writePrivate(file, password + "\n");
    }
    return Secret.fromFile(file);
  }
}
