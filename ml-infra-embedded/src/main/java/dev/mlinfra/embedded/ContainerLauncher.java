package dev.mlinfra.embedded;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import dev.mlinfra.error.UnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.AbstractWaitStrategy;

/** Starts the containers of one stack in a network of their own. */
final class ContainerLauncher {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Engine engine;
  private final Network network;

  ContainerLauncher(Engine engine) {
    this.engine = engine;
    this.network =
        Network.builder()
            .createNetworkCmdModifier(
                command -> command.withLabels(Map.of(ContainerOwner.LABEL, ContainerOwner.me())))
            .build();
  }

  /** Starts a container on a free port of loopback and waits until it is ready. */
  ContainerServer.Launched launch(ContainerPlan plan, IntFunction<Readiness> readiness) {
    engine.requireImage(plan.part(), plan.image());
    for (int i = 1; ; i++) {
      int port = freePort();
      Readiness ready = readiness.apply(port);
      GenericContainer<?> container = plan.container(network);
      publish(container, plan.port(), port);
      container.waitingFor(wait(plan.part(), ready));
      try {
        container.start();
        return new ContainerServer.Launched(plan.part(), container, port, ready);
      } catch (ContainerLaunchException e) {
        if (i == Ports.TRIES || !portWasTaken(e)) {
          throw new UnavailableException(
              "container of %s (%s) did not start: %s; its log is above, and docker run shows it alone"
                  .formatted(plan.part(), plan.image(), Engine.lastCause(e)),
              e);
        }
      }
    }
  }

  void close() {
    network.close();
  }

  private static void publish(GenericContainer<?> container, int inner, int port) {
    container.withCreateContainerCmdModifier(
        command -> {
          ExposedPort exposed = ExposedPort.tcp(inner);
          HostConfig host = Objects.requireNonNull(command.getHostConfig(), "host config");
          host.withPortBindings(
              new PortBinding(
                  com.github.dockerjava.api.model.Ports.Binding.bindIpAndPort(Ports.HOST, port),
                  exposed));
          command.withExposedPorts(exposed);
        });
  }

  private static AbstractWaitStrategy wait(String part, Readiness ready) {
    return new AbstractWaitStrategy() {
      @Override
      protected void waitUntilReady() {
        ready.await(part, PATIENCE);
      }
    };
  }

  private static boolean portWasTaken(Throwable e) {
    String cause = Engine.lastCause(e);
    return cause.contains("port is already allocated") || cause.contains("address already in use");
  }

  private static int freePort() {
    try {
      return Ports.free();
    } catch (IOException e) {
      throw new UnavailableException(
          "no port of 127.0.0.1 was free (" + e + ") but a container needs one; end some programs",
          e);
    }
  }
}
