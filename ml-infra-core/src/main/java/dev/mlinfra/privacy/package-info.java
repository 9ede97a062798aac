/** Forgets whom decisions are about, with a receipt. */
@NullMarked
package dev.mlinfra.privacy;

import org.jspecify.annotations.NullMarked;
