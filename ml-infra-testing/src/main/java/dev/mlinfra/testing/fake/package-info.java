/**
 * All parts of the infrastructure in memory, under the contracts of the real ones, which can be
 * told to fail, hang, be slow or lose their answers: so that a host proves without any server that
 * it is unharmed.
 */
@NullMarked
package dev.mlinfra.testing.fake;

import org.jspecify.annotations.NullMarked;
