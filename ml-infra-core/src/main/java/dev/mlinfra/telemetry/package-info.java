/** The port to a metrics library; without one, nothing is measured and nothing is paid. */
@NullMarked
package dev.mlinfra.telemetry;

import org.jspecify.annotations.NullMarked;
