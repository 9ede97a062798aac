/** Forgetting whom decisions are about, step by step. */
@NullMarked
package dev.mlinfra.internal.privacy;

import org.jspecify.annotations.NullMarked;
