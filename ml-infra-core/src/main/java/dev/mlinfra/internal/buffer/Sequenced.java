package dev.mlinfra.internal.buffer;

/**
 * A row with its number in this process, and the probability with which it passed sampling; a
 * number that no row has is a dropped row.
 */
public record Sequenced<T>(T value, long sequence, double passProbability) {}
