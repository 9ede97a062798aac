package dev.mlinfra.internal.spool;

import java.nio.file.FileSystems;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** The rights of what is made here: nobody else may look at it. */
final class OwnerOnly {
  private OwnerOnly() {}

  static FileAttribute<?>[] directory() {
    return only("rwx------");
  }

  static FileAttribute<?>[] file() {
    return only("rw-------");
  }

  private static FileAttribute<?>[] only(String permissions) {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
