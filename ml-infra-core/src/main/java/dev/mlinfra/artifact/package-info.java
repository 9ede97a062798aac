/** Content-addressed artifacts, verified on every read. */
@NullMarked
package dev.mlinfra.artifact;

import org.jspecify.annotations.NullMarked;
