package dev.mlinfra.testing.fake;

import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps a letter once for each origin and subject, the first one. */
final class FakeDeadLetterStore implements DeadLetterStore {
  private record Key(String origin, String subjectId) {}

  private final Faulty faulty;
  private final Object lock = new Object();
  private final Map<Key, DeadLetter> letters = new LinkedHashMap<>();

  FakeDeadLetterStore(Faulty faulty) {
    this.faulty = faulty;
  }

  @Override
  public void park(DeadLetter letter) {
    faulty.run(
        Call.of(Part.DEAD_LETTERS, letter),
        () -> {
          synchronized (lock) {
            letters.putIfAbsent(new Key(letter.origin(), letter.subjectId()), letter);
          }
        });
  }

  @Override
  public List<DeadLetter> list(String origin, int limit) {
    return faulty.call(
        Part.DEAD_LETTERS,
        () -> {
          List<DeadLetter> newestFirst = letters();
          Collections.reverse(newestFirst);
          return newestFirst.stream()
              .filter(letter -> letter.origin().equals(origin))
              .limit(limit)
              .toList();
        });
  }

  /** A copy of the letters, oldest first. */
  List<DeadLetter> letters() {
    synchronized (lock) {
      return new ArrayList<>(letters.values());
    }
  }
}
