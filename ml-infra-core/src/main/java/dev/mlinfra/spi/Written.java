package dev.mlinfra.spi;

/**
 * What became of a batch that is now in the store as a whole. Immutable.
 *
 * @param inserted rows that are new
 * @param duplicates rows that the store had before
 * @since 0.1
 */
public record Written(int inserted, int duplicates) {}
