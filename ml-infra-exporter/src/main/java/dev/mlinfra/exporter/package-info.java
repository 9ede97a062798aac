/**
 * The exporter: a program that probes MLflow, the object storage, PostgreSQL and Redis and shows
 * Prometheus what it saw. Nothing of it is needed by a host that embeds the library.
 */
@NullMarked
package dev.mlinfra.exporter;

import org.jspecify.annotations.NullMarked;
