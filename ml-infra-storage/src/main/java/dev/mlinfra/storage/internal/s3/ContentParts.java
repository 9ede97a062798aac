package dev.mlinfra.storage.internal.s3;

import dev.mlinfra.storage.internal.content.Digests;
import dev.mlinfra.storage.internal.content.StagedUpload;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The digests of a file and of the parts in which it is uploaded. The server gets each part's
 * digest with the part and refuses bytes that differ, so a file that changes after this pass is not
 * stored.
 *
 * @param file the file
 * @param sha256 of the whole
 * @param sizeBytes of the whole
 * @param partBytes length of every part but the last
 * @param partSha256 one a part, at least one
 */
record ContentParts(
    Path file, String sha256, long sizeBytes, long partBytes, List<String> partSha256) {
  private static final int MAX_PARTS = 10_000;

  ContentParts {
    partSha256 = List.copyOf(partSha256);
  }

  static ContentParts of(Path file, long wantedPartBytes) {
    StagedUpload.FileState state = StagedUpload.FileState.of(file);
    long size = state.sizeBytes();
    long partBytes = Math.max(wantedPartBytes, size / MAX_PARTS + 1);
    ContentParts parts;
    try (InputStream in = Files.newInputStream(file)) {
      parts = size <= partBytes ? single(file, size, in) : several(file, size, partBytes, in);
    } catch (IOException e) {
      throw StagedUpload.FileState.unreadable(file, e);
    }
    state.requireUnchanged(file, size);
    return parts;
  }

  long lengthOf(int part) {
    return Math.min(partBytes, sizeBytes - part * partBytes);
  }

  private static ContentParts single(Path file, long size, InputStream in) throws IOException {
    MessageDigest whole = Digests.sha256();
    update(in, size, whole);
    String sha256 = Digests.hex(whole);
    return new ContentParts(file, sha256, size, size, List.of(sha256));
  }

  private static ContentParts several(Path file, long size, long partBytes, InputStream in)
      throws IOException {
    MessageDigest whole = Digests.sha256();
    MessageDigest part = Digests.sha256();
    List<String> digests = new ArrayList<>();
    for (long position = 0; position < size; position += partBytes) {
      update(in, Math.min(partBytes, size - position), whole, part);
      digests.add(Digests.hex(part));
    }
    return new ContentParts(file, Digests.hex(whole), size, partBytes, digests);
  }

  private static void update(InputStream in, long length, MessageDigest... digests)
      throws IOException {
    byte[] buffer = new byte[Digests.BUFFER_BYTES];
    long left = length;
    while (left > 0) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read < 0) {
        throw new EOFException();
      }
      for (MessageDigest digest : digests) {
        digest.update(buffer, 0, read);
      }
      left -= read;
    }
  }
}
