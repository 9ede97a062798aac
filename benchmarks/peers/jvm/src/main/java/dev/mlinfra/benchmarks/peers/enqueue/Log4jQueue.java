package dev.mlinfra.benchmarks.peers.enqueue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.async.AsyncLoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;

/** Log4j2's asynchronous logger on the Disruptor, whose appender only counts. */
final class Log4jQueue implements Queue {
  private static final String LINE = "item-79";

  private final Counting appender = new Counting();
  private final LoggerContext context;
  private final Logger logger;
  private final boolean full;

  Log4jQueue(boolean full) {
    this.full = full;
    System.setProperty("log4j2.asyncLoggerRingBufferSize", "65536");
    if (full) {
      System.setProperty("log4j2.asyncQueueFullPolicy", "Discard");
    }
    this.context = new AsyncLoggerContext("bench");
    context.start(configuration());
    appender.start();
    context.getConfiguration().getRootLogger().addAppender(appender, Level.INFO, null);
    context.updateLoggers();
    this.logger = context.getLogger("bench");
    if (full) {
      appender.hold();
      for (int i = 0; i < 100_000; i++) {
        offer();
      }
    }
  }

  /** Without the caller's place in the code, which would cost more than all the rest. */
  private static Configuration configuration() {
    ConfigurationBuilder<BuiltConfiguration> builder =
        ConfigurationBuilderFactory.newConfigurationBuilder();
    return builder
        .add(builder.newRootLogger(Level.INFO).addAttribute("includeLocation", false))
        .build(false);
  }

  private static final class Counting extends AbstractAppender {
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean held;
    private volatile long seen;

    Counting() {
      super("counting", null, null, true, Property.EMPTY_ARRAY);
    }

    void hold() {
      held = true;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread appends
    public void append(LogEvent event) {
      if (held) {
        try {
          released.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      seen++;
    }
  }

  @Override
  public Object offer() {
    logger.info(LINE);
    return logger;
  }

  @Override
  public void drain() {
    long before = -1;
    while (!full && before != appender.seen) {
      before = appender.seen;
      LockSupport.parkNanos(5_000_000);
    }
  }

  @Override
  public void close() {
    appender.held = false;
    appender.released.countDown();
    context.stop();
  }
}
