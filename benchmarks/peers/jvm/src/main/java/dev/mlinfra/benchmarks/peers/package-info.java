/** Programs that {@code ./bench} starts to run libraries of others beside ours. Not published. */
@NullMarked
package dev.mlinfra.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
