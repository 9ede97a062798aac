package dev.mlinfra.spi;

/**
 * A row on its way to the store. Immutable.
 *
 * @param <T> what was logged
 * @param value what was logged
 * @param sequence its number among the rows of its kind in this process; a number that no row has
 *     is a lost row
 * @param passProbability the probability with which it passed sampling, in (0, 1]
 * @since 0.1
 */
public record LoggedRow<T>(T value, long sequence, double passProbability) {}
