package dev.mlinfra.embedded;

import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/** Passwords that are made on the first start and kept in a private file beside the data. */
final class Passwords {
  private static final int BYTES = 24;
  private static final SecureRandom RANDOM = new SecureRandom();

  private Passwords() {}

  /** Reads the password, or makes it. */
  static Secret in(Path file) throws IOException {
    if (!Files.exists(file)) {
      byte[] random = new byte[BYTES];
      RANDOM.nextBytes(random);
      String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
      Directories.writePrivate(file, password + "\n");
    }
    return Secret.fromFile(file);
  }
}
