package dev.mlinfra.embedded;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a server lives.
 *
 * @param path its directory
 * @param deletedAtEnd what goes with the server, null for a directory that stays
 */
record Home(Path path, @Nullable Path deletedAtEnd) {
  /** A directory that the user named, or a temporary one. */
  static Home of(String server, @Nullable Path directory) {
    Platform.current(); // the first fault to report
    if (directory != null) {
      return new Home(Directories.kept(directory), null);
    }
    Path temporary = Directories.temporary(server);
    return new Home(temporary, temporary);
  }

  boolean kept() {
    return deletedAtEnd == null;
  }

  /** Deletes what goes with the server. */
  void end() {
    if (deletedAtEnd != null) {
      Directories.deleteOrWarn(deletedAtEnd);
    }
  }
}
