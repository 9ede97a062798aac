/** What holds for all sources and pages of the repository. */
@NullMarked
package dev.mlinfra.conventions;

import org.jspecify.annotations.NullMarked;
