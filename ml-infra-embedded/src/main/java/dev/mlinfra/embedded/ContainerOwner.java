package dev.mlinfra.embedded;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process that a container belongs to, as a label of the container. What a killed process left
 * is removed by the next start on the same machine.
 */
final class ContainerOwner {
  static final String LABEL = "dev.mlinfra.owner";

  private static final Logger LOG = LoggerFactory.getLogger(ContainerOwner.class);
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path PROCESSES = Path.of("/proc/self/ns/pid");

  private ContainerOwner() {}

  static String me() {
    return machine().orElse("elsewhere") + "/" + ProcessHandle.current().pid();
  }

  /** Removes the containers and networks whose process is gone. */
  static void removeLeft(Engine engine) {
    engine.ask("remove what a killed process left", ContainerOwner::removeLeft);
  }

  private static int removeLeft(DockerClient client) {
    List<String> containers =
        client.listContainersCmd().withShowAll(true).withLabelFilter(List.of(LABEL)).exec().stream()
            .filter(container -> gone(container.getLabels()))
            .map(container -> container.getId())
            .toList();
    for (String id : containers) {
      LOG.info("removing container {}, whose process is gone", id);
      try {
        client.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
      } catch (NotFoundException | ConflictException e) {
        LOG.debug("container {} is being removed by somebody else", id, e);
      }
    }
    client.listNetworksCmd().exec().stream()
        .filter(network -> gone(network.getLabels()))
        .forEach(
            network -> {
              try {
                client.removeNetworkCmd(network.getId()).exec();
              } catch (NotFoundException e) {
                LOG.debug("network {} is being removed by somebody else", network.getId(), e);
              }
            });
    return containers.size();
  }

  private static boolean gone(Map<String, String> labels) {
    String owner = labels == null ? null : labels.get(LABEL);
    Optional<String> machine = machine();
    if (owner == null || machine.isEmpty() || !owner.startsWith(machine.get() + "/")) {
      return false;
    }
    String pid = owner.substring(machine.get().length() + 1);
    return pid.matches("\\d{1,18}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty();
  }

  /** Where process ids mean the same: one boot of one kernel, one namespace. */
  private static Optional<String> machine() {
    try {
      String namespace = Files.readSymbolicLink(PROCESSES).toString().replaceAll("\\D+", "");
      return Optional.of(Files.readString(BOOT).strip() + "-" + namespace);
    } catch (IOException e) {
      LOG.debug("this machine does not tell its boot id; nothing is removed for others", e);
      return Optional.empty();
    }
  }
}
