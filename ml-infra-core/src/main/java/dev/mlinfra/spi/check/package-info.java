/** Rules for names, texts and numbers, and the collector that reports all broken ones at once. */
@NullMarked
package dev.mlinfra.spi.check;

import org.jspecify.annotations.NullMarked;
