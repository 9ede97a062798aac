package dev.mlinfra.storage.internal.s3;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.QuotaExceededException;
import dev.mlinfra.error.UnavailableException;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.InvalidResponseException;
import io.minio.errors.MinioException;
import io.minio.errors.ServerException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns what minio-java throws into the library's family, with the HTTP and the S3 code. */
final class S3Errors {
  private static final String NO_BUCKET = "NoSuchBucket";
  private static final Set<String> CHANGED_BYTES =
      Set.of(
          "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "InvalidDigest");
  private static final Pattern STATUS = Pattern.compile("Response code: (\\d{3})");

  private S3Errors() {}

  /** What went wrong: {@code NoSuchKey}, or an exception's name when there was no answer. */
  static String code(Throwable thrown) {
    Throwable cause = unwrap(thrown);
    if (cause instanceof ErrorResponseException e) {
      return String.valueOf(e.errorResponse().code());
    }
    return cause instanceof MinioException ? "no S3 error" : cause.getClass().getSimpleName();
  }

  /** The HTTP status, 0 when there was no answer. */
  static int status(Throwable thrown) {
    Throwable cause = unwrap(thrown);
    if (cause instanceof ErrorResponseException e) {
      return e.response().code();
    }
    if (cause instanceof ServerException e) {
      return e.statusCode();
    }
    if (cause instanceof InvalidResponseException) {
      Matcher matcher = STATUS.matcher(String.valueOf(cause.getMessage()));
      return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }
    return 0;
  }

  static boolean isMissing(Throwable thrown) {
    return status(thrown) == 404 && !isNoBucket(thrown);
  }

  static boolean isDenied(Throwable thrown) {
    int status = status(thrown);
    return status == 401 || status == 403;
  }

  static boolean isNoBucket(Throwable thrown) {
    return code(unwrap(thrown)).equals(NO_BUCKET);
  }

  static MlInfraException translate(S3Target target, String doing, Throwable thrown) {
    Throwable cause = unwrap(thrown);
    if (cause instanceof MlInfraException e) {
      return e;
    }
    String code = code(cause);
    String said = target.label() + " answered " + describe(cause) + " to " + doing;
    if (code.contains("QuotaExceeded")) {
      return new QuotaExceededException(
          said + " but must have room; remove old artifacts or raise its quota", cause);
    }
    if (CHANGED_BYTES.contains(code)) {
      return new CorruptDataException(
          said + " but the bytes must stay as they are; pass a file that nobody writes", cause);
    }
    if (code.equals(NO_BUCKET)) {
      return new UnavailableException(said + " but must exist; call ensureBucket()", cause);
    }
    if (isDenied(cause)) {
      return new UnavailableException(
          said + " but must allow it; check credentials, policy and the clock", cause);
    }
    return status(cause) == 0
        ? new UnavailableException(
            target.label()
                + " gave no answer to "
                + doing
                + " ("
                + code
                + ") but must; check that the server runs and is reached, then try again",
            cause)
        : new UnavailableException(said + " but must succeed; try again later", cause);
  }

  static String describe(Throwable thrown) {
    return "HTTP " + status(thrown) + " " + code(thrown);
  }

  static Throwable unwrap(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null
        && (cause instanceof CompletionException
            || cause instanceof ExecutionException
            || cause.getClass() == MinioException.class)) {
      cause = cause.getCause();
    }
    return cause;
  }
}
