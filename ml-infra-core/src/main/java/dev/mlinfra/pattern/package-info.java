/** Patterns learned from events, with embeddings to find similar ones. */
@NullMarked
package dev.mlinfra.pattern;

import org.jspecify.annotations.NullMarked;
