/** Probes run side by side within a budget. */
@NullMarked
package dev.mlinfra.internal.health;

import org.jspecify.annotations.NullMarked;
