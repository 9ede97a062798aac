/** Runs candidates in bulkheads behind the host's back. */
@NullMarked
package dev.mlinfra.internal.shadow;

import org.jspecify.annotations.NullMarked;
