package dev.mlinfra.buffer;

/**
 * What an accepted decision or feedback survives.
 *
 * @since 0.1
 */
public enum Durability {
  /**
   * Whatever the store does, as long as the process lives. It waits in memory; to the spool goes
   * what would no longer fit there, and what is left when the process closes. A kill loses what is
   * in memory.
   */
  MEMORY,
  /**
   * A kill of the process as well, from the moment in which it is in a synced file. That takes at
   * most {@link BufferOptions#linger()} and one sync of the disk, as long as the disk works; a kill
   * loses what was accepted since. While the spool is full or its disk refuses, as {@link #MEMORY}.
   */
  SPOOL_FIRST
}
