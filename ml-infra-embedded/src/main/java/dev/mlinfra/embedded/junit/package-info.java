/** The JUnit 5 extension for services that embed the library. */
@NullMarked
package dev.mlinfra.embedded.junit;

import org.jspecify.annotations.NullMarked;
