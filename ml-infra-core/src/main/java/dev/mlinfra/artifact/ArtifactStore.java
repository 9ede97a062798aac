package dev.mlinfra.artifact;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keeps files under the digest of their content. Storing the same bytes twice keeps them once; what
 * is read is verified, and bytes that differ from their digest never reach the caller as a success.
 * Thread-safe; all methods block. Implemented by modules, used by hosts.
 *
 * @since 0.1
 */
public interface ArtifactStore {
  /**
   * Stores a file. The object becomes visible whole or not at all.
   *
   * @param file a readable file that nobody changes meanwhile
   * @return where it is
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be written
   * @throws dev.mlinfra.error.QuotaExceededException when the quota would be exceeded
   * @throws dev.mlinfra.error.InvalidInputException when the file cannot be read
   * @throws dev.mlinfra.error.CorruptDataException when it changed while it was read meanwhile
   * @since 0.1
   */
  Artifact put(Path file);

  /**
   * Stores a stream, which is read to its end but not closed. Memory is constant.
   *
   * @param content the bytes
   * @return where they are
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be written
   * @throws dev.mlinfra.error.QuotaExceededException when the quota would be exceeded
   * @throws dev.mlinfra.error.InvalidInputException when the stream fails
   * @since 0.1
   */
  Artifact put(InputStream content);

  /**
   * Brings an artifact into a file, which appears only after size and digest were verified.
   *
   * @param artifact what to read
   * @param target the file to make or replace
   * @throws dev.mlinfra.error.CorruptDataException when it is missing or its bytes changed
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  void download(Artifact artifact, Path target);

  /**
   * Reads an artifact of at most 64 MiB into memory, verified.
   *
   * @param artifact what to read
   * @return its bytes
   * @throws dev.mlinfra.error.CorruptDataException when it is missing, too large or its bytes
   *     changed
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  byte[] read(Artifact artifact);

  /**
   * Looks up stored bytes by their digest.
   *
   * @param sha256 64 lower-case hex digits
   * @return where they are, empty when they are not stored
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  Optional<Artifact> find(String sha256);
}
