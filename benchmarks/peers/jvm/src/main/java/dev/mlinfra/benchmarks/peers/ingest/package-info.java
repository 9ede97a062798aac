/** Ways of storing decisions in PostgreSQL. */
@NullMarked
package dev.mlinfra.benchmarks.peers.ingest;

import org.jspecify.annotations.NullMarked;
