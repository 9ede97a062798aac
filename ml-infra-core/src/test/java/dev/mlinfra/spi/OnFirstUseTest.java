package dev.mlinfra.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ClosedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class OnFirstUseTest {
  private static final int THREADS = 8;

  private final List<Object> made = Collections.synchronizedList(new ArrayList<>());
  private final List<Object> ended = Collections.synchronizedList(new ArrayList<>());
  private final OnFirstUse<Object> driver = new OnFirstUse<>(this::make, ended::add);

  private Object make() {
    made.add(new Object());
    return made.get(0);
  }

  @Test
  void makesOneForAllThreadsThatAskFirst() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    CountDownLatch all = new CountDownLatch(THREADS);
    List<Future<Object>> answers = new ArrayList<>();
    try {
      for (int i = 0; i < THREADS; i++) {
        answers.add(
            pool.submit(
                () -> {
                  all.countDown();
                  all.await();
                  return driver.get("a read");
                }));
      }
      for (Future<Object> answer : answers) {
        assertThat(answer.get()).isSameAs(made.get(0));
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(made).hasSize(1);
  }

  @Test
  void endsOnceWhatItMade() {
    Object one = driver.get("a read");

    driver.close();
    driver.close();

    assertThat(ended).containsExactly(one);
  }

  @Test
  void makesNothingToEndIt() {
    driver.close();

    assertThat(made).isEmpty();
    assertThat(ended).isEmpty();
  }

  @Test
  void refusesAfterTheEndWhetherItWasMadeOrNot() {
    driver.close();
    assertThatThrownBy(() -> driver.get("a read"))
        .isInstanceOf(ClosedException.class)
        .hasMessage("a read came after close(); connect again");

    OnFirstUse<Object> used = new OnFirstUse<>(this::make, ended::add);
    used.get("a read");
    used.close();
    assertThatThrownBy(() -> used.get("a write"))
        .isInstanceOf(ClosedException.class)
        .hasMessage("a write came after close(); connect again");
    assertThat(made).hasSize(1);
  }

  @Test
  void triesAgainAfterAFailure() {
    List<String> failures = new ArrayList<>(List.of("no memory for its threads"));
    OnFirstUse<String> weak =
        new OnFirstUse<>(
            () -> {
              if (!failures.isEmpty()) {
                throw new IllegalStateException(failures.remove(0));
              }
              return "driver";
            },
            ended::add);

    assertThatThrownBy(() -> weak.get("a read")).hasMessage("no memory for its threads");
    assertThat(weak.get("a read")).isEqualTo("driver");
  }
}
