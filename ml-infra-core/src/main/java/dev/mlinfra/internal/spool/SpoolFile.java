package dev.mlinfra.internal.spool;

import dev.mlinfra.spi.EncodedRows;

/**
 * A file of the spool and those of its rows that could be read.
 *
 * @param name with the number of rows that were written
 * @param rows as many, or fewer where it is damaged
 */
record SpoolFile(SpoolName name, EncodedRows rows) {}
