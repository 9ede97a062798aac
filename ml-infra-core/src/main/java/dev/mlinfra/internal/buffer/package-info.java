/** The write-behind buffer that decisions, feedback and events share. */
@NullMarked
package dev.mlinfra.internal.buffer;

import org.jspecify.annotations.NullMarked;
