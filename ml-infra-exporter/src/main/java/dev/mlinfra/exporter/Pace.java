package dev.mlinfra.exporter;

import java.time.Duration;

/**
 * How often a server is asked.
 *
 * @param interval between two looks at its state
 * @param detailInterval between two looks at what costs it more
 * @param timeout for one look
 */
record Pace(Duration interval, Duration detailInterval, Duration timeout) {}
