/** The switch that stops what the library does for the host. */
@NullMarked
package dev.mlinfra.internal.pause;

import org.jspecify.annotations.NullMarked;
