package dev.mlinfra.storage.mlflow;

/**
 * An answer of the server that is no success, or no answer of MLflow's at all. The message is one
 * line without the server's name: {@code answered HTTP 404 and said RESOURCE_DOES_NOT_EXIST ''}.
 *
 * @since 0.1
 */
public final class MlflowRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The code of a refused host name, for which MLflow sends none itself. */
  static final String INVALID_HOST = "INVALID_HOST_HEADER";

  /** The code of an answer that is no MLflow's. */
  static final String WRONG_URL = "WRONG_URL";

  private final int status;
  private final String code;
  private final String said;

  MlflowRefused(int status, String code, String said) {
    super("answered HTTP " + status + " " + said);
    this.status = status;
    this.code = code;
    this.said = said;
  }

  /**
   * Returns the HTTP status.
   *
   * @return 200 too, when the answer is not MLflow's
   * @since 0.1
   */
  public int status() {
    return status;
  }

  /**
   * Returns MLflow's error code.
   *
   * @return as {@code RESOURCE_DOES_NOT_EXIST}; empty when it sent none
   * @since 0.1
   */
  public String code() {
    return code;
  }

  /**
   * Says whether the message names what to do already.
   *
   * @return true for a wrong URL and a refused host name
   * @since 0.1
   */
  public boolean saysWhatToDo() {
    return code.equals(INVALID_HOST) || code.equals(WRONG_URL);
  }

  /**
   * Tells what happened to a call.
   *
   * @param doing what the call was for
   * @return to be read after the server's name
   * @since 0.1
   */
  public String to(String doing) {
    return "answered HTTP " + status + " to " + doing + " " + said;
  }
}
