/** What a service decided, and what came of it. */
@NullMarked
package dev.mlinfra.decision;

import org.jspecify.annotations.NullMarked;
