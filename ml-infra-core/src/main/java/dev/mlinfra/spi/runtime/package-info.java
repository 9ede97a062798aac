/** What every module needs to run beside a host: bounded waits, back-off. */
@NullMarked
package dev.mlinfra.spi.runtime;

import org.jspecify.annotations.NullMarked;
