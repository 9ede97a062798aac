/** Programs that {@code ./bench} starts. Not published. */
@NullMarked
package dev.mlinfra.benchmarks;

import org.jspecify.annotations.NullMarked;
