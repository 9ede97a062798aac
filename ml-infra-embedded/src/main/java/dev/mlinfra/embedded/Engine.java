package dev.mlinfra.embedded;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.UnavailableException;
import java.util.function.Function;
import org.testcontainers.DockerClientFactory;

/** The Docker engine, whose faults become one line each. */
final class Engine {
  private static final String OURS = "ml-infra/";

  private final DockerClient client;

  private Engine(DockerClient client) {
    this.client = client;
  }

  /** Finds the engine as Testcontainers does. */
  static Engine find() {
    try {
      return new Engine(DockerClientFactory.instance().client());
    } catch (RuntimeException e) { // what Testcontainers throws is not documented
      throw new UnavailableException(
          "Docker was not usable by Testcontainers ("
              + lastCause(e)
              + ") but containers need it; start it, and set TESTCONTAINERS_RYUK_DISABLED=true in the"
              + " environment where testcontainers/ryuk cannot be pulled",
          e);
    }
  }

  /** Refuses an image of this project that nobody has built; others may be pulled. */
  void requireImage(String part, String image) {
    try {
      client.inspectImageCmd(image).exec();
    } catch (NotFoundException e) {
      if (image.startsWith(OURS)) {
        throw new ConfigException(
            "image %s was not in Docker but %s runs in it; build it with scripts/images, or name another one with -D%s"
                .formatted(image, part, ContainerImages.property(part)),
            e);
      }
    } catch (DockerException e) {
      throw failed("look at image " + image, e);
    }
  }

  /** Does something with the engine; what goes wrong is one line. */
  <T> T ask(String what, Function<DockerClient, T> work) {
    try {
      return work.apply(client);
    } catch (DockerException e) {
      throw failed(what, e);
    }
  }

  static String lastCause(Throwable e) {
    Throwable last = e;
    while (last.getCause() != null && last.getCause() != last) {
      last = last.getCause();
    }
    String message = last.getMessage() == null ? last.toString() : last.getMessage();
    return message.strip().replaceAll("\\s+", " ");
  }

  private static UnavailableException failed(String what, DockerException e) {
    return new UnavailableException(
        "Docker did not %s (HTTP %d: %s); check that the engine runs and that nobody removed it"
            .formatted(what, e.getHttpStatus(), lastCause(e)),
        e);
  }
}
