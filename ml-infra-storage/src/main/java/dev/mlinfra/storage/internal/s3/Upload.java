package dev.mlinfra.storage.internal.s3;

import io.minio.CompleteMultipartUploadArgs;
import io.minio.CreateMultipartUploadArgs;
import io.minio.Http;
import io.minio.MinioAsyncClient;
import io.minio.PutObjectAPIArgs;
import io.minio.UploadPartArgs;
import io.minio.UploadPartResponse;
import io.minio.messages.Part;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Uploads one file: small ones by a single PUT, large ones in parts of which a few are on their way
 * at a time. Parts are read from the file as they are sent, so that memory does not grow with them.
 */
final class Upload {
  private static final int PARTS_IN_FLIGHT = 4;

  private final Bucket bucket;
  private final MinioAsyncClient client;
  private final ContentParts content;
  private final String key;

  Upload(Bucket bucket, ContentParts content, String key) {
    this.bucket = bucket;
    this.client = bucket.transfers();
    this.content = content;
    this.key = key;
  }

  void run() throws S3Failure {
    if (content.partSha256().size() == 1) {
      whole();
    } else {
      inParts();
    }
  }

  private void whole() throws S3Failure {
    try (RandomAccessFile file = open(0)) {
      Bucket.await(
          () ->
              client.putObject(
                  PutObjectAPIArgs.builder()
                      .bucket(bucket.target().bucket())
                      .object(key)
                      .file(file, content.sizeBytes())
                      .headers(digestHeader(content.sha256()))
                      .build()));
    } catch (IOException e) {
      throw new S3Failure(e);
    }
  }

  private void inParts() throws S3Failure {
    String uploadId =
        Bucket.await(
                () ->
                    client.createMultipartUpload(
                        CreateMultipartUploadArgs.builder()
                            .bucket(bucket.target().bucket())
                            .object(key)
                            .build()))
            .result()
            .uploadId();
    try {
      Part[] parts = sendParts(uploadId);
      Bucket.await(
          () ->
              client.completeMultipartUpload(
                  CompleteMultipartUploadArgs.builder()
                      .bucket(bucket.target().bucket())
                      .object(key)
                      .uploadId(uploadId)
                      .parts(parts)
                      .maxRetries(3)
                      .build()));
    } catch (S3Failure | RuntimeException e) {
      abort(uploadId, e);
      throw e;
    }
  }

  private Part[] sendParts(String uploadId) throws S3Failure {
    List<Part> sent = new ArrayList<>();
    Deque<CompletableFuture<UploadPartResponse>> inFlight = new ArrayDeque<>();
    try {
      for (int part = 0; part < content.partSha256().size(); part++) {
        if (inFlight.size() == PARTS_IN_FLIGHT) {
          CompletableFuture<UploadPartResponse> oldest = inFlight.remove();
          sent.add(Bucket.await(() -> oldest).part());
        }
        inFlight.add(send(uploadId, part));
      }
      for (CompletableFuture<UploadPartResponse> rest : inFlight) {
        sent.add(Bucket.await(() -> rest).part());
      }
      return sent.toArray(Part[]::new);
    } finally {
      // a part that arrives after the abort would stay on the server for good
      CompletableFuture.allOf(inFlight.toArray(CompletableFuture[]::new))
          .exceptionally(failed -> null)
          .join();
    }
  }

  private CompletableFuture<UploadPartResponse> send(String uploadId, int part) throws S3Failure {
    RandomAccessFile file;
    try {
      file = open(part * content.partBytes());
    } catch (IOException e) {
      throw new S3Failure(e);
    }
    return client
        .uploadPart(
            UploadPartArgs.builder()
                .bucket(bucket.target().bucket())
                .object(key)
                .uploadId(uploadId)
                .partNumber(part + 1)
                .file(file, content.lengthOf(part))
                .headers(digestHeader(content.partSha256().get(part)))
                .build())
        .whenComplete((response, failure) -> close(file));
  }

  private void abort(String uploadId, Throwable failure) {
    try {
      bucket.abort(key, uploadId);
    } catch (S3Failure | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private RandomAccessFile open(long position) throws IOException {
    RandomAccessFile file = new RandomAccessFile(content.file().toFile(), "r");
    file.seek(position);
    return file;
  }

  private static void close(RandomAccessFile file) {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Http.Headers digestHeader(String sha256) {
    return new Http.Headers(Http.Headers.X_AMZ_CONTENT_SHA256, sha256);
  }
}
