/** Passwords and keys that cannot be printed by accident. */
@NullMarked
package dev.mlinfra.secret;

import org.jspecify.annotations.NullMarked;
