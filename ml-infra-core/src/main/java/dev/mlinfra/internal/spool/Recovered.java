package dev.mlinfra.internal.spool;

import dev.mlinfra.spi.EncodedRows;

/**
 * What a file still holds.
 *
 * @param rows those that are whole
 * @param damaged how many are not
 */
public record Recovered(EncodedRows rows, int damaged) {}
