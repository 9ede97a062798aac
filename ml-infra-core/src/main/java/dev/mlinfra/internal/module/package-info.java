/** The modules that the library has itself. */
@NullMarked
package dev.mlinfra.internal.module;

import org.jspecify.annotations.NullMarked;
