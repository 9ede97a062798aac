package dev.mlinfra.embedded;

import com.github.dockerjava.api.model.HealthCheck;
import dev.mlinfra.secret.Secret;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.images.builder.Transferable;

/**
 * What one container is made from.
 *
 * @param part as in messages
 * @param image its image
 * @param alias its name in the network of the stack
 * @param port where it listens in the container
 * @param secrets files by name, in {@code /run/secrets}
 * @param files other files by path
 * @param environment nothing secret
 * @param command arguments of its entrypoint, none for those of the image
 */
record ContainerPlan(
    String part,
    String image,
    String alias,
    int port,
    Map<String, Secret> secrets,
    Map<String, String> files,
    Map<String, String> environment,
    List<String> command) {
  private static final int READABLE = 0444;

  /** Readiness asks from outside; a check that the engine starts while it pauses can block both. */
  private static final List<String> NO_CHECK = List.of("NONE");

  ContainerPlan(String part, String image, String alias, int port) {
    this(part, image, alias, port, Map.of(), Map.of(), Map.of(), List.of());
  }

  ContainerPlan secret(String name, Secret secret) {
    Map<String, Secret> more = new TreeMap<>(secrets);
    more.put(name, secret);
    return new ContainerPlan(part, image, alias, port, more, files, environment, command);
  }

  ContainerPlan file(String path, String text) {
    Map<String, String> more = new TreeMap<>(files);
    more.put(path, text);
    return new ContainerPlan(part, image, alias, port, secrets, more, environment, command);
  }

  ContainerPlan environment(String name, String value) {
    Map<String, String> more = new TreeMap<>(environment);
    more.put(name, value);
    return new ContainerPlan(part, image, alias, port, secrets, files, more, command);
  }

  ContainerPlan command(String... words) {
    return new ContainerPlan(part, image, alias, port, secrets, files, environment, List.of(words));
  }

  /** A container of it, not started. */
  GenericContainer<?> container(Network network) {
    GenericContainer<?> container =
        new GenericContainer<>(image)
            .withNetwork(network)
            .withNetworkAliases(alias)
            .withLabel(ContainerOwner.LABEL, ContainerOwner.me())
            .withLabel("dev.mlinfra.part", part)
            .withEnv(environment)
            .withCreateContainerCmdModifier(
                create -> create.withHealthcheck(new HealthCheck().withTest(NO_CHECK)));
    if (!command.isEmpty()) {
      container.withCommand(command.toArray(String[]::new));
    }
    secrets.forEach(
        (name, secret) ->
            container.withCopyToContainer(
                Transferable.of(secret.reveal(), READABLE), "/run/secrets/" + name));
    files.forEach(
        (path, text) -> container.withCopyToContainer(Transferable.of(text, READABLE), path));
    return container;
  }
}
