/** What a host feels of the library: its requests and its start. */
@NullMarked
package dev.mlinfra.benchmarks.peers.host;

import org.jspecify.annotations.NullMarked;
