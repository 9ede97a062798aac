/**
 * What each part of {@link dev.mlinfra.spi} promises, as tests: extend a contract, open the module,
 * and JUnit runs it.
 */
@NullMarked
package dev.mlinfra.testing.contract;

import org.jspecify.annotations.NullMarked;
