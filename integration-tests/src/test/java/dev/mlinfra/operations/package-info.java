/** What those who run a host see and do, on real servers. */
@NullMarked
package dev.mlinfra.operations;

import org.jspecify.annotations.NullMarked;
