package dev.mlinfra.embedded;

import dev.mlinfra.error.ClosedException;
import dev.mlinfra.error.UnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of one server: launched, tormented, launched again, ended. */
final class Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
  private static final Duration CLEAN_END = Duration.ofSeconds(10);
  private static final Duration HARD_END = Duration.ofSeconds(5);

  private final Object lock = new Object();
  private final Server server;
  private final Home home;
  private final DirectoryLock directoryLock;
  private final int port;
  private final Thread hook;
  private ProcessHandle process;
  private Watchdog watchdog;
  private boolean stopped;
  private boolean closed;

  private Lifecycle(
      Server server, Home home, DirectoryLock directoryLock, int port, ProcessHandle process)
      throws IOException {
    this.server = server;
    this.home = home;
    this.directoryLock = directoryLock;
    this.port = port;
    this.process = process;
    this.watchdog = Watchdog.over(process, server.quitSignal(), home.deletedAtEnd());
    this.hook = new Thread(this::end, "ml-infra-" + server.name() + "-shutdown");
  }

  /** Launches a server on a free port and watches over it. */
  static Lifecycle begin(Server server, Home home, DirectoryLock directoryLock) throws IOException {
    for (int i = 1; ; i++) {
      int port = Ports.free();
      try {
        return watched(server, home, directoryLock, port, server.start(port));
      } catch (UnavailableException e) {
        if (i == Ports.TRIES || !server.portWasTaken()) {
          throw e;
        }
      }
    }
  }

  private static Lifecycle watched(
      Server server, Home home, DirectoryLock directoryLock, int port, ProcessHandle process)
      throws IOException {
    boolean begun = false;
    try {
      Lifecycle lifecycle = new Lifecycle(server, home, directoryLock, port, process);
      Runtime.getRuntime().addShutdownHook(lifecycle.hook);
      begun = true;
      return lifecycle;
    } finally {
      if (!begun) {
        Processes.tree(process).forEach(ProcessHandle::destroyForcibly);
      }
    }
  }

  int port() {
    return port;
  }

  long pid() {
    synchronized (lock) {
      return open().pid();
    }
  }

  void stop() {
    synchronized (lock) {
      Processes.signal("STOP", List.of(running())); // it forks no more
      stopped = true;
      List<ProcessHandle> tree = Processes.tree(process);
      Processes.signal("STOP", tree);
      try {
        watchdog.stopped(tree);
      } catch (IOException e) {
        LOG.warn("{} is stopped and nothing watches it; call cont() or close()", server.name(), e);
      }
    }
  }

  void cont() {
    synchronized (lock) {
      Processes.signal("CONT", Processes.tree(running()));
      stopped = false;
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
        process = server.start(port);
        watchdog = Watchdog.over(process, server.quitSignal(), home.deletedAtEnd());
        stopped = false;
      } catch (IOException e) {
        throw new UnavailableException(
            "embedded " + server.name() + " did not restart (" + e + "); look at its log", e);
      }
    }
  }

  void heal() {
    synchronized (lock) {
      if (Processes.gone(open())) {
        restart();
      } else if (stopped) {
        cont();
      }
    }
  }

  void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.debug("{} closed while the JVM ends", server.name());
    }
  }

  private void end() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      quit(process);
      home.end();
      try {
        directoryLock.close();
      } catch (IOException e) {
        LOG.warn("lock of {} could not be closed; it ends with the JVM", home.path(), e);
      }
    }
  }

  private void quit(ProcessHandle root) {
    List<ProcessHandle> tree = Processes.tree(root);
    Processes.signal("CONT", tree);
    Processes.signal(server.quitSignal(), List.of(root));
    if (!Processes.awaitGone(tree, CLEAN_END)) {
      killTree(root);
    }
    watchdog.dismiss();
  }

  private void killTree(ProcessHandle root) {
    List<ProcessHandle> tree = Processes.tree(root);
    Processes.signal("KILL", List.of(root));
    Processes.signal("CONT", tree); // children see that it is gone, and end
    if (!Processes.awaitGone(tree, HARD_END)) {
      Processes.signal("KILL", tree);
      if (!Processes.awaitGone(tree, HARD_END)) {
        LOG.warn("{} {} did not end after SIGKILL; end it by hand", server.name(), root.pid());
      }
    }
  }

  private ProcessHandle running() {
    ProcessHandle root = open();
    if (Processes.gone(root)) {
      throw new UnavailableException(
          "embedded "
              + server.name()
              + " was not running but must be for this call; call restart()");
    }
    return root;
  }

  private ProcessHandle open() {
    if (closed) {
      throw new ClosedException("embedded " + server.name() + " was closed; start another one");
    }
    return process;
  }

  /** What can be launched. */
  interface Server {
    /** For messages. */
    String name();

    /** What makes it end by itself. */
    String quitSignal();

    /** Starts it and waits until it answers. */
    ProcessHandle start(int port) throws IOException;

    /** Says whether the last start failed because another process has the port. */
    boolean portWasTaken();
  }
}
