/** What tests of a module, and of a host, have in common. */
@NullMarked
package dev.mlinfra.testing;

import org.jspecify.annotations.NullMarked;
