/** Runs candidates in bulkheads, apart from the host's threads. */
@NullMarked
package dev.mlinfra.internal.shadow;

import org.jspecify.annotations.NullMarked;
