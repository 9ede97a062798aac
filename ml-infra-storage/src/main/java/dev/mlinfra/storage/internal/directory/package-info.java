/** Artifacts in a plain directory. */
@NullMarked
package dev.mlinfra.storage.internal.directory;

import org.jspecify.annotations.NullMarked;
