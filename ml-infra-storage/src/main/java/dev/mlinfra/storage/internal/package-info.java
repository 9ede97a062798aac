/** What the front classes share. */
@NullMarked
package dev.mlinfra.storage.internal;

import org.jspecify.annotations.NullMarked;
