package dev.mlinfra.internal.buffer;

/** A row with its number in this process; a number that no row has is a dropped row. */
public record Sequenced<T>(T value, long sequence) {}
