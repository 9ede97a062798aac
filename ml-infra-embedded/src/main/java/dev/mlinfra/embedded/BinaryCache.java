package dev.mlinfra.embedded;

import dev.mlinfra.error.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Keeps unpacked binaries, each under the digest of what it was unpacked from, so that one
 * unpacking serves all later starts and versions never mix.
 */
final class BinaryCache {
  private static final int KEY_CHARS = 16;

  private final Path root;

  BinaryCache(Path root) {
    this.root = root;
  }

  /** Below the home directory where that can be written, else below the temporary directory. */
  static BinaryCache ofUser() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path home = Path.of(System.getProperty("user.home", "/nonexistent"));
    Path caches = xdg == null || xdg.isEmpty() ? home.resolve(".cache") : Path.of(xdg);
    Path preferred = caches.resolve("ml-infra");
    return usable(preferred) ? new BinaryCache(preferred) : shared();
  }

  /** Below the temporary directory, which other users can enter; written by its owner only. */
  static BinaryCache shared() {
    Path root =
        Path.of(System.getProperty("java.io.tmpdir"), "ml-infra-cache-" + Processes.userId());
    if (!usable(root)) {
      throw new ConfigException(
          "cache directory "
              + root
              + " was not usable but must belong to this user and be writable; remove it or set"
              + " -Djava.io.tmpdir");
    }
    return new BinaryCache(root);
  }

  /** Returns the directory that holds a resource, unpacked; unpacks it the first time. */
  Path unpacked(String resource, Unpacker unpacker) {
    return unpacked(resource, BinaryCache::open, unpacker);
  }

  /** The same for a resource that comes from elsewhere than the class path. */
  Path unpacked(String resource, Source source, Unpacker unpacker) {
    try {
      Path target =
          root.resolve(resource.replaceFirst("\\.txz$", "") + "-" + digest(resource, source));
      if (!Files.isDirectory(target)) {
        unpackTo(target, resource, source, unpacker);
      }
      return target;
    } catch (IOException e) {
      throw new ConfigException(
          "cache directory "
              + root
              + " was not usable ("
              + e
              + ") but must take the unpacked "
              + resource
              + "; free some space there or set XDG_CACHE_HOME",
          e);
    }
  }

  private void unpackTo(Path target, String resource, Source source, Unpacker unpacker)
      throws IOException {
    Path half = Files.createTempDirectory(root, ".unpacking-");
    try (InputStream in = source.open(resource)) {
      unpacker.unpack(in, half);
      Files.setPosixFilePermissions(half, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(half, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw e;
    } catch (FileSystemException e) {
      if (!Files.isDirectory(target)) { // else another process was quicker
        throw e;
      }
    } finally {
      Directories.delete(half);
    }
  }

  private static String digest(String resource, Source source) throws IOException {
    try (InputStream in = source.open(resource)) {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      byte[] chunk = new byte[1 << 16];
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        sha.update(chunk, 0, n);
      }
      return HexFormat.of().formatHex(sha.digest()).substring(0, KEY_CHARS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static InputStream open(String resource) {
    InputStream in = BinaryCache.class.getResourceAsStream("/" + resource);
    if (in == null) {
      throw new ConfigException(
          "class path had no "
              + resource
              + " but it is the server for this platform; do not exclude the dependencies of"
              + " ml-infra-embedded");
    }
    return in;
  }

  private static boolean usable(Path directory) {
    try {
      Files.createDirectories(directory);
      return Files.isWritable(directory)
          && Processes.userId() == (int) Files.getAttribute(directory, "unix:uid");
    } catch (IOException e) {
      return false; // the caller has another place or says what is wrong
    }
  }

  /** Where a resource comes from. */
  interface Source {
    InputStream open(String resource) throws IOException;
  }

  /** Writes a resource into an empty directory. */
  interface Unpacker {
    void unpack(InputStream in, Path directory) throws IOException;
  }
}
