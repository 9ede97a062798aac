package dev.mlinfra.storage.internal.mlflow;

import java.io.IOException;

/**
 * An answer that is no success. It is an IOException so that mlflow-client neither retries nor logs
 * it, as it does with every HTTP error.
 */
final class MlflowRefused extends IOException {
  private static final long serialVersionUID = 1L;

  /** The code of a refused host name, for which MLflow sends none itself. */
  static final String INVALID_HOST = "INVALID_HOST_HEADER";

  /** The code of an answer that is no MLflow's, which says itself what to do. */
  static final String WRONG_URL = "WRONG_URL";

  private final int status;
  private final String code;
  private final String said;

  MlflowRefused(int status, String code, String said) {
    super(said);
    this.status = status;
    this.code = code;
    this.said = said;
  }

  /** The HTTP status. */
  int status() {
    return status;
  }

  /** MLflow's error code, as {@code RESOURCE_DOES_NOT_EXIST}; empty when it sent none. */
  String code() {
    return code;
  }

  /** What the server did, to be read after its name. */
  String said() {
    return said;
  }
}
