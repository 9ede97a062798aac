/** Turns a configuration into a connected whole. */
@NullMarked
package dev.mlinfra.internal.assembly;

import org.jspecify.annotations.NullMarked;
