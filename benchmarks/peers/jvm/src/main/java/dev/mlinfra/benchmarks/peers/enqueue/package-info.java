/** What it costs a thread to hand something over. */
@NullMarked
package dev.mlinfra.benchmarks.peers.enqueue;

import org.jspecify.annotations.NullMarked;
