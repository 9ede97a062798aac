/** Artifacts, measured. */
@NullMarked
package dev.mlinfra.internal.artifact;

import org.jspecify.annotations.NullMarked;
