/** Publishing and consuming events. */
@NullMarked
package dev.mlinfra.internal.event;

import org.jspecify.annotations.NullMarked;
