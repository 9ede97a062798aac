/** Options: what a host may choose, written in code or as plain settings. */
@NullMarked
package dev.mlinfra.spi.settings;

import org.jspecify.annotations.NullMarked;
