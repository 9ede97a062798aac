/**
 * What only makes sense on containers: images, compose files, scripts, the mission's own checks.
 */
@NullMarked
package dev.mlinfra.containers;

import org.jspecify.annotations.NullMarked;
