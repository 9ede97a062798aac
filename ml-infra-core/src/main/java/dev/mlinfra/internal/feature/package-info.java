/** Features in two tiers, and the packed form they share. */
@NullMarked
package dev.mlinfra.internal.feature;

import org.jspecify.annotations.NullMarked;
