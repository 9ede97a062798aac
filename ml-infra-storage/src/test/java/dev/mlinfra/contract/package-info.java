/** What every adapter of a port of the library promises, as tests. */
@NullMarked
package dev.mlinfra.contract;

import org.jspecify.annotations.NullMarked;
