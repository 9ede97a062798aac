/**
 * Real servers for development and tests, started from Maven artifacts: no Docker, nothing to
 * install. Linux with glibc and macOS, on x86-64 and arm64.
 */
@NullMarked
package dev.mlinfra.embedded;

import org.jspecify.annotations.NullMarked;
