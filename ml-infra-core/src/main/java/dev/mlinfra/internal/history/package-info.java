/** Reading decisions back, from the store and from the cache of the last minutes. */
@NullMarked
package dev.mlinfra.internal.history;

import org.jspecify.annotations.NullMarked;
