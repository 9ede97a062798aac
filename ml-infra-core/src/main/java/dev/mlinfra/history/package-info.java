/** Reads back what was decided, what came of it, and how much of it the store has. */
@NullMarked
package dev.mlinfra.history;

import org.jspecify.annotations.NullMarked;
