package dev.mlinfra.embedded;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** The forms in which binaries come. */
final class Archives {
  private static final int ANY_EXECUTE = 0111;

  private Archives() {}

  /** Unpacks a tar file that was compressed with xz. */
  static void unpackTxz(InputStream in, Path directory) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(in)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path target = directory.resolve(entry.getName()).normalize();
        if (!target.startsWith(directory)) {
          throw new IOException("entry " + entry.getName() + " points out of the archive");
        }
        unpack(tar, entry, target);
      }
    }
  }

  /** Copies a single executable to the name {@code server}. */
  static void copyExecutable(InputStream in, Path directory) throws IOException {
    Path target = directory.resolve("server");
    Files.copy(in, target);
    makeExecutable(target);
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path target)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Path parent = target.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else if (entry.isFile()) {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target))) {
        tar.transferTo(out);
      }
      if ((entry.getMode() & ANY_EXECUTE) != 0) {
        makeExecutable(target);
      }
    }
  }

  private static void makeExecutable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
