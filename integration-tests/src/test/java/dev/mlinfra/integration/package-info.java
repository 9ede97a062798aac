/** The whole library on real servers: faults, bad input, agreement with oracles. */
@NullMarked
package dev.mlinfra.integration;

import org.jspecify.annotations.NullMarked;
