/** What a module implements. Hosts do not need this package. */
@NullMarked
package dev.mlinfra.spi;

import org.jspecify.annotations.NullMarked;
