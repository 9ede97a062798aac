package dev.mlinfra.internal.model;

import dev.mlinfra.error.MlInfraException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the mirror refused in one pass, for a reason that another attempt alone does not mend. */
final class Refusals {
  private final Set<Object> refused = new HashSet<>();
  private @Nullable MlInfraException first;

  int size() {
    return refused.size();
  }

  <T> List<T> without(List<T> items) {
    return items.stream().filter(item -> !refused.contains(item)).toList();
  }

  /** Does it, or keeps the refusal; an outage is thrown on. */
  <T> void pass(T item, Consumer<T> work) {
    try {
      work.accept(item);
    } catch (MlInfraException e) {
      if (e.retryable()) {
        throw e;
      }
      refused.add(item);
      first = first == null ? e : first;
    }
  }

  void throwFirst() {
    if (first != null) {
      throw first;
    }
  }
}
