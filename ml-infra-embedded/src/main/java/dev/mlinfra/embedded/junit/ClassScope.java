package dev.mlinfra.embedded.junit;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.embedded.Sandbox;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.health.ComponentHealth;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What one test class has; the connection is made when it is asked for. */
final class ClassScope {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration POLL = Duration.ofMillis(10);

  private final Stack stack;
  private final LeakCheck leaks = LeakCheck.fromHere();
  private final Sandbox sandbox;
  private final MlInfraConfig config;
  private @Nullable MlInfra ml;
  private long usuallyUp;

  ClassScope(Stack stack, String service, MlInfraTest.Setup setup) {
    this.stack = stack;
    stack.heal();
    this.sandbox = stack.sandbox();
    MlInfraConfig.Builder builder = sandbox.config(service);
    setup.configure(builder);
    this.config = builder.build();
  }

  /** A parameter by its type, or null for one that this does not have. */
  @Nullable Object parameter(Class<?> type) {
    if (type == MlInfra.class) {
      return connected();
    }
    if (type == MlInfraConfig.class) {
      return config;
    }
    if (type == Sandbox.class) {
      return sandbox;
    }
    return type.isInstance(stack) ? stack : null;
  }

  /** Ends what the test before did to the servers, and to the connections to them. */
  synchronized void heal() {
    stack.heal();
    if (ml != null) {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (componentsUp(ml) < usuallyUp && System.nanoTime() < deadline) {
        LockSupport.parkNanos(POLL.toNanos());
      }
    }
  }

  void end() {
    try {
      stack.heal(); // so that closing can write what is buffered
      if (ml != null) {
        ml.close();
      }
      leaks.requireNone(PATIENCE);
    } finally {
      sandbox.close();
    }
  }

  private synchronized MlInfra connected() {
    if (ml == null) {
      MlInfra opened = MlInfra.connect(config);
      try {
        ml = opened.ensureSchema().ensureStreams().ensureBucket();
      } catch (RuntimeException e) {
        opened.close();
        throw e;
      }
      usuallyUp = componentsUp(ml);
    }
    return ml;
  }

  private static long componentsUp(MlInfra ml) {
    return ml.health(PATIENCE).components().stream()
        .filter(component -> component.status() == ComponentHealth.Status.UP)
        .count();
  }
}
