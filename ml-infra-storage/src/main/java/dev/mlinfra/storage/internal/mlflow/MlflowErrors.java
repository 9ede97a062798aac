package dev.mlinfra.storage.internal.mlflow;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.UnavailableException;
import java.util.Optional;
import java.util.Set;

/** Turns what a conversation failed with into the library's family. */
final class MlflowErrors {
  private static final int MAX_CAUSES = 10;
  private static final Set<String> SAY_WHAT_TO_DO =
      Set.of(MlflowRefused.INVALID_HOST, MlflowRefused.WRONG_URL);

  private MlflowErrors() {}

  static boolean says(Throwable thrown, String code) {
    return refusal(thrown).map(refused -> refused.code().equals(code)).orElse(false);
  }

  static MlInfraException translate(MlflowTarget target, String doing, Throwable thrown) {
    Optional<MlflowRefused> refused = refusal(thrown);
    if (refused.isPresent()) {
      return refused(target, doing, refused.get());
    }
    Throwable root = thrown;
    for (int i = 0; i < MAX_CAUSES && root.getCause() != null; i++) {
      root = root.getCause();
      if (root instanceof MlInfraException e) {
        return e;
      }
    }
    return new UnavailableException(
        target.label()
            + " gave no usable answer to "
            + doing
            + " ("
            + root.getClass().getSimpleName()
            + ") but must; check that it runs and is reached",
        thrown);
  }

  private static MlInfraException refused(
      MlflowTarget target, String doing, MlflowRefused refused) {
    int status = refused.status();
    String line =
        target.label() + " answered HTTP " + status + " to " + doing + " and " + refused.said();
    if (SAY_WHAT_TO_DO.contains(refused.code())) {
      return new UnavailableException(line, refused);
    }
    if (status == 401 || status == 403) {
      return new UnavailableException(line + "; check the credentials and their rights", refused);
    }
    if (status == 400 && !refused.code().isEmpty()) {
      return new ConfigException(line + "; change what is mirrored", refused);
    }
    return new UnavailableException(line + "; check the server", refused);
  }

  private static Optional<MlflowRefused> refusal(Throwable thrown) {
    Throwable cause = thrown;
    for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
      if (cause instanceof MlflowRefused refused) {
        return Optional.of(refused);
      }
      cause = cause.getCause();
    }
    return Optional.empty();
  }
}
