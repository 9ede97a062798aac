/** Ways to a file. */
@NullMarked
package dev.mlinfra.benchmarks.peers.spool;

import org.jspecify.annotations.NullMarked;
