package dev.mlinfra.benchmarks.peers.host;

import dev.mlinfra.benchmarks.peers.Console;
import dev.mlinfra.benchmarks.peers.Server;
import org.HdrHistogram.Histogram;

/**
 * A service and those who ask it. An order is {@code alone}, {@code logged}, {@code lingering} or
 * {@code traced} with requests a second and seconds; the answer is the median and 99 % in
 * microseconds. {@code settle} waits until all is stored and answers with the ledger.
 */
public final class HostLatency {
  private HostLatency() {}

  /** Runs until {@code end}. */
  public static void main(String[] args) throws Exception {
    try (Handlers handlers = new Handlers(Server.fromEnvironment())) {
      Console.serve(words -> answer(handlers, words));
    }
  }

  private static Object answer(Handlers handlers, String... words) throws Exception {
    if (words[0].equals("settle")) {
      return handlers.settle();
    }
    Histogram nanos =
        Requests.send(
            handlers.port(), words[0], Integer.parseInt(words[1]), Integer.parseInt(words[2]));
    return nanos.getValueAtPercentile(50) / 1_000 + " " + nanos.getValueAtPercentile(99) / 1_000;
  }
}
