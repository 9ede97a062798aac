package dev.mlinfra.exporter;

import dev.mlinfra.error.ConfigException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * The program {@code java -jar ml-infra-exporter.jar --config FILE}. It runs until it is stopped.
 * Not for use by other programs.
 *
 * @since 0.1
 */
public final class Main {
  private static final String USAGE =
      """
      usage: java -jar ml-infra-exporter.jar --config FILE

      Probes MLflow, the object storage, PostgreSQL and Redis, each on a thread of its own, and serves
      what it saw on /metrics for Prometheus and on /health.

        --config FILE   the properties; monitoring/exporter/exporter.properties shows them all
        --check         read the configuration, say whether it is good, and end
        --help          print this
      """;

  private Main() {}

  /**
   * Runs the exporter. Blocks until the process is stopped; exits with 2 when the arguments or the
   * configuration are wrong, with 1 when the address cannot be listened on.
   *
   * @param args see {@code --help}
   * @since 0.1
   */
  public static void main(String[] args) {
    System.exit(run(List.of(args)));
  }

  private static int run(List<String> args) {
    if (args.contains("--help") || args.contains("-h")) {
      System.out.print(USAGE);
      return 0;
    }
    try {
      ExporterConfig config = ExporterConfig.read(file(args));
      if (args.contains("--check")) {
        System.out.println("ml-infra-exporter: the configuration is good");
        return 0;
      }
      return serve(config);
    } catch (ConfigException e) {
      e.faults().forEach(fault -> System.err.println("ml-infra-exporter: " + fault));
      return 2;
    }
  }

  private static int serve(ExporterConfig config) {
    try (Exporter exporter = Exporter.open(config, Clock.systemUTC())) {
      Runtime.getRuntime().addShutdownHook(new Thread(exporter::close, "ml-infra-exporter-stop"));
      System.out.println(
          "ml-infra-exporter: http://"
              + exporter.address().getHostString()
              + ":"
              + exporter.address().getPort()
              + "/metrics");
      new CountDownLatch(1).await();
      return 0;
    } catch (IOException e) {
      System.err.println(
          "ml-infra-exporter: listen was '"
              + config.listen()
              + "' but must be a free address of this machine ("
              + e.getMessage()
              + "); name another or stop what uses it");
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private static Path file(List<String> args) {
    for (String arg : args) {
      if (arg.startsWith("-") && !arg.equals("--config") && !arg.equals("--check")) {
        throw new ConfigException("'" + arg + "' is no option; --help lists them");
      }
    }
    int at = args.indexOf("--config");
    if (at < 0 || at + 1 >= args.size()) {
      throw new ConfigException("--config was not given but must name a file; see --help");
    }
    try {
      return Path.of(args.get(at + 1));
    } catch (InvalidPathException e) {
      throw new ConfigException("--config was no path but must name a file; see --help", e);
    }
  }
}
