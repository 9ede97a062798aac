/** The library's meters in the host's Micrometer registry. */
@NullMarked
package dev.mlinfra.monitoring;

import org.jspecify.annotations.NullMarked;
