package dev.mlinfra.embedded;

import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.NotModifiedException;
import dev.mlinfra.error.ClosedException;
import dev.mlinfra.error.UnavailableException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.testcontainers.containers.GenericContainer;

/** A server in a container, on the host port that it got at first. */
class ContainerServer implements ServerControl {
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration END = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final int CLEAN_END_SECONDS = 10;

  private final Object lock = new Object();
  private final Engine engine;
  private final GenericContainer<?> container;
  private final String part;
  private final int port;
  private final Readiness readiness;
  private boolean closed;

  ContainerServer(Engine engine, Launched launched) {
    this.engine = engine;
    this.container = launched.container();
    this.part = launched.part();
    this.port = launched.port();
    this.readiness = launched.readiness();
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String url() {
    return "http://" + Ports.HOST + ":" + port;
  }

  String id() {
    return container.getContainerId();
  }

  @Override
  public void stop() {
    synchronized (lock) {
      if (!isPaused(running())) {
        pause();
      }
    }
  }

  @Override
  public void cont() {
    synchronized (lock) {
      if (isPaused(running())) {
        engine.ask("unpause " + part, docker -> docker.unpauseContainerCmd(id()).exec());
      }
    }
  }

  @Override
  public void kill() {
    synchronized (lock) {
      if (isRunning(open())) {
        engine.ask("kill " + part, docker -> docker.killContainerCmd(id()).exec());
        awaitEnd();
      }
    }
  }

  @Override
  public void restart() {
    synchronized (lock) {
      if (isRunning(open())) {
        cont();
        engine.ask(
            "stop " + part,
            docker -> docker.stopContainerCmd(id()).withTimeout(CLEAN_END_SECONDS).exec());
        awaitEnd();
      }
      begin();
    }
  }

  @Override
  public void heal() {
    synchronized (lock) {
      ContainerState state = open();
      if (!isRunning(state)) {
        begin();
      } else if (isPaused(state)) {
        cont();
        readiness.await(part, START);
      }
    }
  }

  /** Removes the container for good. */
  void close() {
    synchronized (lock) {
      if (!closed) {
        closed = true;
        container.stop();
      }
    }
  }

  @Override
  public String toString() {
    return part + "[" + url() + " in " + container.getDockerImageName() + "]";
  }

  /** Asked again while a process that was just started keeps the container from freezing. */
  private void pause() {
    long deadline = System.nanoTime() + END.toNanos();
    while (true) {
      try {
        engine.ask("pause " + part, docker -> docker.pauseContainerCmd(id()).exec());
        return;
      } catch (UnavailableException e) {
        if (!String.valueOf(e.getMessage()).contains("unable to freeze")
            || System.nanoTime() > deadline) {
          throw e;
        }
        LockSupport.parkNanos(POLL.toNanos());
      }
    }
  }

  private void begin() {
    engine.ask(
        "start " + part,
        docker -> {
          try {
            return docker.startContainerCmd(id()).exec();
          } catch (NotModifiedException e) {
            return null; // it came up by itself
          }
        });
    readiness.await(part, START);
  }

  private void awaitEnd() {
    long deadline = System.nanoTime() + END.toNanos();
    while (isRunning(open())) {
      if (System.nanoTime() > deadline) {
        throw new UnavailableException(
            "container of %s still ran %d s after its end was asked for; look at docker inspect %s"
                .formatted(part, END.toSeconds(), id()));
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private ContainerState running() {
    ContainerState state = open();
    if (!isRunning(state)) {
      throw new UnavailableException(
          "container of " + part + " was not running but must be for this call; call restart()");
    }
    return state;
  }

  private ContainerState open() {
    if (closed) {
      throw new ClosedException("container of " + part + " was removed; start another stack");
    }
    return engine.ask(
        "inspect " + part, docker -> docker.inspectContainerCmd(id()).exec().getState());
  }

  private static boolean isRunning(ContainerState state) {
    return Boolean.TRUE.equals(state.getRunning());
  }

  private static boolean isPaused(ContainerState state) {
    return Boolean.TRUE.equals(state.getPaused());
  }

  /**
   * A container that runs.
   *
   * @param part as in messages
   * @param container it
   * @param port where it listens on the host
   * @param readiness when it is ready again
   */
  record Launched(String part, GenericContainer<?> container, int port, Readiness readiness) {}
}
