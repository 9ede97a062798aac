package dev.mlinfra.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiskExecutorTest {
  @Test
  void worksInPlaceWhenTheSystemHasNoThreadLeft() {
    List<Thread> workers = new ArrayList<>();
    try (DiskExecutor ahead =
        new DiskExecutor(
            work -> {
              throw new OutOfMemoryError("unable to create native thread");
            })) {
      ahead.run(() -> workers.add(Thread.currentThread()));
      assertThat(ahead.begin(() -> "")).isEmpty();
    }
    assertThat(workers).containsExactly(Thread.currentThread());
  }
}
