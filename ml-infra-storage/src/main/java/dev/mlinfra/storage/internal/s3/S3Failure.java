package dev.mlinfra.storage.internal.s3;

/** What an S3 call failed with, as its cause, before anybody decided what it means. */
final class S3Failure extends Exception {
  private static final long serialVersionUID = 1L;

  private final Throwable cause;

  S3Failure(Throwable cause) {
    super(cause);
    this.cause = cause;
  }

  @Override
  public synchronized Throwable getCause() {
    return cause;
  }
}
