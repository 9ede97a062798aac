package dev.mlinfra.storage.internal.content;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.error.QuotaExceededException;
import dev.mlinfra.error.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;

/**
 * Bytes on their way into a store: a temporary file of our own, on disk and hashed, so that nobody
 * can change them any more.
 *
 * @param file the temporary file, deleted on close unless it was moved away
 * @param sha256 its digest in lower-case hex
 * @param sizeBytes its length
 */
public record StagedUpload(Path file, String sha256, long sizeBytes) implements AutoCloseable {
  /**
   * Takes in a stream.
   *
   * @param content read to its end, not closed
   * @param directory where the temporary file is made, readable by the owner only
   * @param maxBytes what the whole quota allows
   * @return to be closed
   * @throws InvalidInputException when the stream fails
   * @throws QuotaExceededException when the stream is longer than that
   * @throws UnavailableException when the directory cannot be written
   */
  public static StagedUpload of(InputStream content, Path directory, long maxBytes) {
    Path file = temporaryIn(directory);
    try {
      return fill(file, content, maxBytes);
    } catch (Throwable e) {
      deleteQuietly(file, e);
      throw e;
    }
  }

  /**
   * Takes in a file.
   *
   * @param original must not change meanwhile
   * @param directory where the copy is made
   * @param maxBytes what the whole quota allows
   * @return to be closed
   * @throws InvalidInputException when the file cannot be read
   * @throws CorruptDataException when it changed meanwhile
   * @throws QuotaExceededException when the file is longer than that
   * @throws UnavailableException when the directory cannot be written
   */
  public static StagedUpload of(Path original, Path directory, long maxBytes) {
    FileState before = FileState.of(original);
    StagedUpload intake;
    try (InputStream in = Files.newInputStream(original)) {
      intake = of(in, directory, maxBytes);
    } catch (IOException e) {
      throw FileState.unreadable(original, e);
    }
    try {
      before.requireUnchanged(original, intake.sizeBytes());
      return intake;
    } catch (CorruptDataException | InvalidInputException e) {
      deleteQuietly(intake.file(), e);
      throw e;
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw notWritable(file, e);
    }
  }

  private static StagedUpload fill(Path file, InputStream content, long maxBytes) {
    MessageDigest digest = Digests.sha256();
    byte[] buffer = new byte[Digests.BUFFER_BYTES];
    long size = 0;
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int read = read(content, buffer, size); read >= 0; read = read(content, buffer, size)) {
        size += read;
        if (size > maxBytes) {
          throw new QuotaExceededException(
              "artifact was longer than "
                  + maxBytes
                  + " bytes but must fit the quota; raise quotaBytes or store less");
        }
        digest.update(buffer, 0, read);
        ByteBuffer pending = ByteBuffer.wrap(buffer, 0, read);
        while (pending.hasRemaining()) {
          out.write(pending);
        }
      }
      out.force(true);
    } catch (IOException e) {
      throw notWritable(file, e);
    }
    return new StagedUpload(file, Digests.hex(digest), size);
  }

  private static int read(InputStream content, byte[] buffer, long position) {
    try {
      return content.read(buffer);
    } catch (IOException e) {
      throw new InvalidInputException(
          "artifact stream was broken after "
              + position
              + " bytes ("
              + e.getClass().getSimpleName()
              + ") but must be readable to its end; nothing was stored, pass it again",
          e);
    }
  }

  private static Path temporaryIn(Path directory) {
    try {
      return Files.createTempFile(directory, "put-", ".part");
    } catch (IOException e) {
      throw notWritable(directory, e);
    }
  }

  private static UnavailableException notWritable(Path path, IOException cause) {
    return new UnavailableException(
        "path "
            + path
            + " was not writable ("
            + cause.getClass().getSimpleName()
            + ") but must be to take an artifact in; check mode and free space",
        cause);
  }

  private static void deleteQuietly(Path file, Throwable failure) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * What a file looks like from outside, to notice that somebody changed it.
   *
   * @param sizeBytes its length
   * @param modifiedMillis when it was last written
   */
  public record FileState(long sizeBytes, long modifiedMillis) {
    /**
     * Looks at a file.
     *
     * @param file must be a regular file
     * @return its state
     * @throws InvalidInputException when it is not there or not a regular file
     */
    public static FileState of(Path file) {
      try {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
          throw new InvalidInputException(
              "artifact file " + file + " was not a regular file but must be; pass one");
        }
        return new FileState(attributes.size(), attributes.lastModifiedTime().toMillis());
      } catch (IOException e) {
        throw unreadable(file, e);
      }
    }

    /**
     * Compares with the file as it is now.
     *
     * @param file the same file
     * @param readBytes how many bytes were read from it
     * @throws CorruptDataException when they differ
     */
    public void requireUnchanged(Path file, long readBytes) {
      if (readBytes != sizeBytes || !equals(of(file))) {
        throw new CorruptDataException(
            "artifact file "
                + file
                + " was changed while it was read but must stay as it is; pass a finished file");
      }
    }

    /**
     * Says that a file cannot be read.
     *
     * @param file which
     * @param cause why
     * @return to be thrown
     */
    public static InvalidInputException unreadable(Path file, IOException cause) {
      return new InvalidInputException(
          "artifact file "
              + file
              + " was not readable ("
              + cause.getClass().getSimpleName()
              + ") but must be; check its path and mode",
          cause);
    }
  }
}
