package dev.mlinfra.storage.internal.content;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** Brings the bytes of an artifact to the caller, only after size and digest were verified. */
public final class VerifiedDownload {
  /** Most bytes that are read into memory. */
  public static final long MAX_IN_MEMORY_BYTES = 64L << 20;

  private VerifiedDownload() {}

  /**
   * Writes an artifact into a file that appears complete or not at all.
   *
   * @param artifact what the bytes must be
   * @param source opens them
   * @param target the file to make or replace
   * @throws IOException when the source fails
   */
  public static void intoFile(Artifact artifact, Source source, Path target) throws IOException {
    Path temporary = temporaryBeside(target);
    try {
      try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        verify(artifact, source, (bytes, length) -> write(out, bytes, length, target));
        out.force(true);
      }
      publish(temporary, target);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Reads an artifact into memory.
   *
   * @param artifact what the bytes must be
   * @param source opens them
   * @return its bytes
   * @throws IOException when the source fails
   */
  public static byte[] intoMemory(Artifact artifact, Source source) throws IOException {
    if (artifact.sizeBytes() > MAX_IN_MEMORY_BYTES) {
      throw new CorruptDataException(
          "artifact "
              + artifact.uri()
              + " was "
              + artifact.sizeBytes()
              + " bytes but must be at most "
              + MAX_IN_MEMORY_BYTES
              + " to be read into memory; download it into a file");
    }
    ByteBuffer content = ByteBuffer.allocate((int) artifact.sizeBytes());
    verify(artifact, source, (bytes, length) -> content.put(bytes, 0, length));
    return content.array();
  }

  /**
   * Reads an artifact only to see that it is intact.
   *
   * @param artifact what the bytes must be
   * @param source opens them
   * @throws CorruptDataException when they differ
   * @throws IOException when the source fails
   */
  public static void check(Artifact artifact, Source source) throws IOException {
    verify(artifact, source, (bytes, length) -> {});
  }

  private static void verify(Artifact artifact, Source source, Sink sink) throws IOException {
    MessageDigest digest = Digests.sha256();
    byte[] buffer = new byte[Digests.BUFFER_BYTES];
    long size = 0;
    try (InputStream in = source.open()) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        size += read;
        if (size > artifact.sizeBytes()) {
          throw differs(artifact, "had more bytes");
        }
        digest.update(buffer, 0, read);
        sink.accept(buffer, read);
      }
    }
    if (size != artifact.sizeBytes()) {
      throw differs(artifact, "had only " + size + " bytes");
    }
    String actual = Digests.hex(digest);
    if (!actual.equals(artifact.sha256())) {
      throw differs(artifact, "had SHA-256 " + actual);
    }
  }

  private static CorruptDataException differs(Artifact artifact, String found) {
    return new CorruptDataException(
        "artifact "
            + artifact.uri()
            + " "
            + found
            + " but must be "
            + artifact.sizeBytes()
            + " bytes with SHA-256 "
            + artifact.sha256()
            + "; its bytes changed in the store, restore them from a backup");
  }

  private static Path temporaryBeside(Path target) {
    try {
      return Files.createTempFile(target.toAbsolutePath().getParent(), ".ml-infra-", ".part");
    } catch (IOException e) {
      throw notWritable(target, e);
    }
  }

  private static void write(FileChannel out, byte[] bytes, int length, Path target) {
    try {
      ByteBuffer pending = ByteBuffer.wrap(bytes, 0, length);
      while (pending.hasRemaining()) {
        out.write(pending);
      }
    } catch (IOException e) {
      throw notWritable(target, e);
    }
  }

  private static void publish(Path temporary, Path target) {
    try {
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw notWritable(target, e);
    }
  }

  private static UnavailableException notWritable(Path target, IOException cause) {
    return new UnavailableException(
        "file "
            + target
            + " was not writable ("
            + cause.getClass().getSimpleName()
            + ") but must be for a download; check its directory, mode and free space",
        cause);
  }

  /** Opens the bytes of one artifact. */
  @FunctionalInterface
  public interface Source {
    /**
     * Opens the bytes.
     *
     * @return to be closed by the caller
     * @throws IOException when the store fails
     */
    InputStream open() throws IOException;
  }

  @FunctionalInterface
  private interface Sink {
    void accept(byte[] bytes, int length);
  }
}
