/** Training sets: rows out of decisions, feedback and features. */
@NullMarked
package dev.mlinfra.internal.training;

import org.jspecify.annotations.NullMarked;
