package dev.mlinfra.internal.spool;

/**
 * A file of the spool that was read.
 *
 * @param name with the number of rows that were written
 * @param whole how many of them could be read; fewer where it is damaged
 */
record SpoolFile(SpoolName name, int whole) {}
