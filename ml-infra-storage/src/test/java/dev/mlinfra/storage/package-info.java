/** Tests of the storage module. */
@NullMarked
package dev.mlinfra.storage;

import org.jspecify.annotations.NullMarked;
