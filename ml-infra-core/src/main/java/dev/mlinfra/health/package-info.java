/** What every component says of itself: health and counts. */
@NullMarked
package dev.mlinfra.health;

import org.jspecify.annotations.NullMarked;
