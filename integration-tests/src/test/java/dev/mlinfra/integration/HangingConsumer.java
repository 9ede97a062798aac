package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.PlainConfig;
import dev.mlinfra.event.ConsumerOptions;
import java.util.concurrent.CountDownLatch;

/** A process that takes events and never finishes with them, to be killed. */
final class HangingConsumer {
  static final String TOOK = "took events";

  private HangingConsumer() {}

  /** Reads its configuration from the environment; the group is the only argument. */
  public static void main(String[] args) throws InterruptedException {
    CountDownLatch forever = new CountDownLatch(1);
    try (MlInfra ml = MlInfra.connect(PlainConfig.fromEnvironment())) {
      ml.events()
          .consume(
              args[0],
              ConsumerOptions.defaults(),
              batch -> {
                System.out.println(TOOK);
                forever.await();
              });
      forever.await();
    }
  }
}
