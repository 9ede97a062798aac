/**
 * Learning events: published without waiting, consumed at least once, dead-lettered with their
 * cause.
 */
@NullMarked
package dev.mlinfra.event;

import org.jspecify.annotations.NullMarked;
