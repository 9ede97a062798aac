package dev.mlinfra.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadLetterStoreIT {
  private final TestDatabase database = TestDatabase.create();
  private final OpenPostgres postgres = OpenPostgres.ready(database);
  private final DeadLetterStore store = postgres.part(DeadLetterStore.class);

  @AfterEach
  void close() {
    postgres.close();
  }

  @Test
  void keepsALetterOnceForEachOriginAndSubject() {
    DeadLetter letter = new DeadLetter("decision", "1", "{}", "refused", 1);
    store.park(letter);
    store.park(new DeadLetter("decision", "1", "{}", "refused again", 2));
    store.park(new DeadLetter("ml-processors", "1", "{}", "handler threw", 3));
    assertThat(store.list("decision", 10)).containsExactly(letter);
    assertThat(store.list("feedback", 10)).isEmpty();
  }

  @Test
  void listsTheNewestFirst() {
    for (int i = 0; i < 5; i++) {
      store.park(new DeadLetter("decision", "d" + i, "{}", "refused", 1));
    }
    assertThat(store.list("decision", 2))
        .extracting(DeadLetter::subjectId)
        .containsExactly("d4", "d3");
  }

  @Test
  void escapesWhatTheServerCannotHold() {
    store.park(new DeadLetter("decision", "1", "nul \0 half \ud83d whole 🎯", "refused \0", 1));
    assertThat(store.list("decision", 1))
        .containsExactly(
            new DeadLetter(
                "decision", "1", "nul \\u0000 half \\ud83d whole 🎯", "refused \\u0000", 1));
  }
}
