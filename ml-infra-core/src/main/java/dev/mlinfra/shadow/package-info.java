/** Candidates that decide beside the host, without touching it. */
@NullMarked
package dev.mlinfra.shadow;

import org.jspecify.annotations.NullMarked;
