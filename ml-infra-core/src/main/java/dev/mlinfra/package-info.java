/**
 * The front door: {@link dev.mlinfra.MlInfraConfig} says what to use, {@link dev.mlinfra.MlInfra}
 * is the connected whole.
 */
@NullMarked
package dev.mlinfra;

import org.jspecify.annotations.NullMarked;
