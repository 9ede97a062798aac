/**
 * What every module needs to run beside a host: threads, back-off, circuit breaker, lines in the
 * log.
 */
@NullMarked
package dev.mlinfra.spi.runtime;

import org.jspecify.annotations.NullMarked;
