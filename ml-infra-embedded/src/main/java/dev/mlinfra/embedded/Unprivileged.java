package dev.mlinfra.embedded;

import dev.mlinfra.error.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to run PostgreSQL, which refuses to run as root. A user namespace is the first choice, since
 * the files stay root's own; the other ways run it as the owner of its directory or as nobody.
 */
final class Unprivileged {
  private static final int NOBODY = 65534;

  private final String how;
  private final List<String> prefix;
  private final @Nullable Integer owner;

  private Unprivileged(String how, List<String> prefix, @Nullable Integer owner) {
    this.how = how;
    this.prefix = prefix;
    this.owner = owner;
  }

  /** Finds a way for a directory, which then belongs to whoever the server runs as. */
  static Unprivileged find(Path directory) {
    return Processes.userId() == 0 ? firstThatWorks(directory, ways(directory)) : asIs();
  }

  static Unprivileged asIs() {
    return new Unprivileged("as is", List.of(), null);
  }

  static Unprivileged firstThatWorks(Path directory, List<Unprivileged> ways) {
    List<String> failures = new ArrayList<>();
    for (Unprivileged way : ways) {
      Processes.Answer answer = way.tryOn(directory);
      if (answer.ok()) {
        return way;
      }
      failures.add(way.how + ": " + answer.output().replaceAll("\\R+", " "));
    }
    throw new ConfigException(
        "user was root but PostgreSQL runs as any other user only, and no way to become one worked"
            + " for "
            + directory
            + " ("
            + String.join("; ", failures)
            + "); run as another user, or choose a directory that every user can reach");
  }

  static Unprivileged byNamespace() {
    return new Unprivileged("unshare", List.of("unshare", "--user"), 0);
  }

  static Unprivileged bySetpriv(int userId) {
    return new Unprivileged(
        "setpriv",
        List.of("setpriv", "--reuid=" + userId, "--regid=" + userId, "--clear-groups"),
        userId);
  }

  static Unprivileged bySu() {
    return new Unprivileged(
        "su", List.of("su", "nobody", "-s", "/bin/sh", "-c", "exec \"$@\"", "--", "sh"), NOBODY);
  }

  /** The command that runs another one without root's rights. */
  List<String> wrap(List<String> command) {
    List<String> wrapped = new ArrayList<>(prefix);
    wrapped.addAll(command);
    return wrapped;
  }

  /** Hands files over to whoever the server runs as. */
  Processes.Answer own(Path path) {
    return owner == null
        ? new Processes.Answer(0, "")
        : Processes.run(List.of("chown", "-R", owner + ":" + owner, path.toString()));
  }

  /** Where that user can run binaries. */
  BinaryCache cache() {
    return owner == null || owner == 0 ? BinaryCache.ofUser() : BinaryCache.shared();
  }

  private Processes.Answer tryOn(Path directory) {
    Processes.Answer owned = own(directory);
    return owned.ok()
        ? Processes.run(
            wrap(
                List.of(
                    "sh",
                    "-c",
                    "test \"$(id -u)\" != 0 || { echo still root; exit 1; };"
                        + " test -w \"$1\" || { echo cannot write the directory; exit 1; }",
                    "sh",
                    directory.toString())))
        : owned;
  }

  private static List<Unprivileged> ways(Path directory) {
    List<Unprivileged> ways = new ArrayList<>();
    int owner = owner(directory);
    if (owner != 0) {
      ways.add(bySetpriv(owner));
    }
    ways.add(byNamespace());
    ways.add(bySetpriv(NOBODY));
    ways.add(bySu());
    return ways;
  }

  private static int owner(Path directory) {
    try {
      return (int) Files.getAttribute(directory, "unix:uid");
    } catch (IOException e) {
      throw new ConfigException(
          "directory " + directory + " was not readable (" + e + "); check its path and mode", e);
    }
  }

  @Override
  public String toString() {
    return how;
  }
}
