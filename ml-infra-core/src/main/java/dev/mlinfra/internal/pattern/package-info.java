/** Patterns, measured. */
@NullMarked
package dev.mlinfra.internal.pattern;

import org.jspecify.annotations.NullMarked;
