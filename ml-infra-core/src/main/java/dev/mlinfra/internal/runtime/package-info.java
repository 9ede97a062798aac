/** The switch that stops what the library does for the host. */
@NullMarked
package dev.mlinfra.internal.runtime;

import org.jspecify.annotations.NullMarked;
