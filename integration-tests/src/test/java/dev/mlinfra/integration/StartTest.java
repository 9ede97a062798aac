package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.redis.Redis;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.storage.ObjectStorage;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a host waits for when it starts while its servers are down. */
class StartTest {
  private static final List<String> DRIVERS =
      List.of("com.zaxxer.", "io.netty.", "reactor.", "io.minio.", "okhttp3.", "com.fasterxml.");

  @Test
  void loadsNoDriverUntilTheFirstDecisionIsLogged() throws Exception {
    try (Watch watch = new Watch(Thread.currentThread())) {
      AutoCloseable ml = watch.start();
      assertThat(watch.loaded)
          .contains(MlInfra.class.getName())
          .noneMatch(name -> DRIVERS.stream().anyMatch(name::startsWith));
      ml.close();
    }
  }

  /** Starts and logs. Loaded anew for the test. */
  public static final class Host implements Callable<AutoCloseable> {
    /** Called by reflection. */
    public Host() {}

    @Override
    public AutoCloseable call() {
      MlInfra ml =
          MlInfra.connect(
                  MlInfraConfig.forService("starting")
                      .start(Start.BACKGROUND)
                      .decisions(
                          BufferOptions.builder().closeTimeout(Duration.ofMillis(50)).build())
                      .install(Postgres.at("jdbc:postgresql://127.0.0.1:1/ml"))
                      .install(Redis.at("redis://127.0.0.1:1"))
                      .install(
                          ObjectStorage.at("http://127.0.0.1:1")
                              .credentials("nobody", Secret.of("nothing")))
                      .build())
              .ensureSchema()
              .ensureStreams()
              .ensureBucket();
      Decision decision = Decision.by("ranker").action("a").build();
      assertThat(ml.decisions().log(decision).accepted()).isTrue();
      return ml;
    }
  }

  /** Loads all classes but the JDK's anew, and notes those that one thread asked for. */
  private static final class Watch extends URLClassLoader {
    private final Thread watched;
    private final Queue<String> loaded = new ConcurrentLinkedQueue<>();

    Watch(Thread watched) {
      super(classPath(), ClassLoader.getPlatformClassLoader());
      this.watched = watched;
    }

    AutoCloseable start() throws Exception {
      Object host = loadClass(Host.class.getName()).getDeclaredConstructor().newInstance();
      return (AutoCloseable) ((Callable<?>) host).call();
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (Thread.currentThread() == watched) {
        loaded.add(name);
      }
      return super.findClass(name);
    }

    private static URL[] classPath() {
      Pattern separator = Pattern.compile(System.getProperty("path.separator"), Pattern.LITERAL);
      return separator
          .splitAsStream(System.getProperty("java.class.path"))
          .map(Watch::url)
          .toArray(URL[]::new);
    }

    private static URL url(String entry) {
      try {
        return Path.of(entry).toUri().toURL();
      } catch (IOException e) {
        throw new IllegalArgumentException(entry, e);
      }
    }
  }
}
