/** What waits on disk for a store that is away. */
@NullMarked
package dev.mlinfra.internal.spool;

import org.jspecify.annotations.NullMarked;
