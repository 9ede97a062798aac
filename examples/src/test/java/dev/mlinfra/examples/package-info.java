/** Every example runs as a test. */
@NullMarked
package dev.mlinfra.examples;

import org.jspecify.annotations.NullMarked;
