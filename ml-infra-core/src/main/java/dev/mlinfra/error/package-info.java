/**
 * The one family of exceptions that the library throws, each with one line that says what to do.
 */
@NullMarked
package dev.mlinfra.error;

import org.jspecify.annotations.NullMarked;
