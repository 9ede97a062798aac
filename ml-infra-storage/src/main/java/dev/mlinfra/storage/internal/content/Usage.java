package dev.mlinfra.storage.internal.content;

/**
 * What a store holds.
 *
 * @param objects how many artifacts
 * @param bytes their length together
 */
public record Usage(long objects, long bytes) {}
