package dev.mlinfra.embedded;

import dev.mlinfra.error.ClosedException;
import dev.mlinfra.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of one server: launched, tormented, launched again, ended. */
final class Lifecycle {
  private static final Logger log = LoggerFactory.getLogger(Lifecycle.class);
  private static final Duration CLEAN_END = Duration.ofSeconds(10);
  private static final Duration HARD_END = Duration.ofSeconds(5);

  private final Object lock = new Object();
  private final String name;
  private final Launch launch;
  private final String quitSignal;
  private final @Nullable Path temporary;
  private final Thread hook;
  private ProcessHandle process;
  private Watchdog watchdog;
  private boolean closed;

  private Lifecycle(
      String name, Launch launch, String quitSignal, @Nullable Path temporary, ProcessHandle first)
      throws IOException {
    this.name = name;
    this.launch = launch;
    this.quitSignal = quitSignal;
    this.temporary = temporary;
    this.process = first;
    this.watchdog = Watchdog.over(first, quitSignal, temporary);
    this.hook = new Thread(this::end, "ml-infra-" + name + "-shutdown");
  }

  /**
   * Launches a server and watches over it.
   *
   * @param name for messages
   * @param quitSignal what makes it end by itself
   * @param temporary what to delete in the end, or null
   */
  static Lifecycle begin(String name, Launch launch, String quitSignal, @Nullable Path temporary)
      throws IOException {
    Lifecycle lifecycle = new Lifecycle(name, launch, quitSignal, temporary, launch.start());
    Runtime.getRuntime().addShutdownHook(lifecycle.hook);
    return lifecycle;
  }

  long pid() {
    synchronized (lock) {
      return open().pid();
    }
  }

  void stop() {
    synchronized (lock) {
      List<ProcessHandle> tree = Processes.tree(running());
      Processes.signal("STOP", tree.subList(0, 1)); // it forks no more
      tree = Processes.tree(process);
      Processes.signal("STOP", tree);
      try {
        watchdog.stopped(tree);
      } catch (IOException e) {
        log.warn("{} is stopped and nothing watches it; call cont() or close()", name, e);
      }
    }
  }

  void cont() {
    synchronized (lock) {
      Processes.signal("CONT", Processes.tree(running()));
    }
  }

  void kill() {
    synchronized (lock) {
      killTree(open());
      watchdog.dismiss();
    }
  }

  void restart() {
    synchronized (lock) {
      quit(open());
      try {
        process = launch.start();
        watchdog = Watchdog.over(process, quitSignal, temporary);
      } catch (IOException e) {
        throw new UnavailableException(
            name + " did not restart (" + e.getMessage() + "); look at its log", e);
      }
    }
  }

  void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      log.debug("{} closed while the JVM ends", name);
    }
  }

  private void end() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      quit(process);
      if (temporary != null) {
        Directories.deleteOrWarn(temporary);
      }
    }
  }

  private void quit(ProcessHandle server) {
    List<ProcessHandle> tree = Processes.tree(server);
    Processes.signal("CONT", tree);
    Processes.signal(quitSignal, List.of(server));
    if (!Processes.awaitGone(tree, CLEAN_END)) {
      killTree(server);
    }
    watchdog.dismiss();
  }

  private void killTree(ProcessHandle server) {
    List<ProcessHandle> tree = Processes.tree(server);
    Processes.signal("KILL", List.of(server));
    Processes.signal("CONT", tree); // children see that it is gone, and end
    if (!Processes.awaitGone(tree, HARD_END)) {
      Processes.signal("KILL", tree);
      if (!Processes.awaitGone(tree, HARD_END)) {
        log.warn("{} process {} did not end after SIGKILL; end it by hand", name, server.pid());
      }
    }
  }

  private ProcessHandle running() {
    ProcessHandle server = open();
    if (Processes.gone(server)) {
      throw new UnavailableException(
          "embedded " + name + " was not running but must be for this call; call restart()");
    }
    return server;
  }

  private ProcessHandle open() {
    if (closed) {
      throw new ClosedException("embedded " + name + " was closed; start another one");
    }
    return process;
  }

  /** Starts the server and waits until it answers. */
  interface Launch {
    ProcessHandle start() throws IOException;
  }
}
