/**
 * One small runnable program for each flow; start with {@link dev.mlinfra.examples.FirstProgram}.
 */
@NullMarked
package dev.mlinfra.examples;

import org.jspecify.annotations.NullMarked;
