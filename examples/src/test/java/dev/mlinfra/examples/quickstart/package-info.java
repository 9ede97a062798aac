/** The parts of the quick-start one by one, and the whole of it twice. */
@NullMarked
package dev.mlinfra.examples.quickstart;

import org.jspecify.annotations.NullMarked;
