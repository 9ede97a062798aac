/** Decisions and feedback, written behind. */
@NullMarked
package dev.mlinfra.internal.decision;

import org.jspecify.annotations.NullMarked;
