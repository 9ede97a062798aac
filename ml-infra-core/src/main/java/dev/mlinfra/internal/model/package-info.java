/** The model registry and the thread that keeps its mirror. */
@NullMarked
package dev.mlinfra.internal.model;

import org.jspecify.annotations.NullMarked;
