/** Waits that a host asks for. */
@NullMarked
package dev.mlinfra.internal.time;

import org.jspecify.annotations.NullMarked;
