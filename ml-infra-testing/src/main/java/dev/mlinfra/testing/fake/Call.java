package dev.mlinfra.testing.fake;

import java.util.List;

/**
 * One call of a part of {@link FakeInfra}. Immutable.
 *
 * @param part which part
 * @param items what is handed over, in its order: rows, events, versions; empty for other calls
 * @param firstAttempt as the caller says; true where a part does not ask
 * @since 0.1
 */
public record Call(Part part, List<?> items, boolean firstAttempt) {
  /**
   * Keeps the items.
   *
   * @since 0.1
   */
  public Call {
    items = List.copyOf(items);
  }

  static Call of(Part part, Object... items) {
    return new Call(part, List.of(items), true);
  }
}
