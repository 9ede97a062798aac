/**
 * Artifacts in an S3 bucket or a directory, and the MLflow mirror: three modules to install, each
 * usable without the others.
 */
@NullMarked
package dev.mlinfra.storage;

import org.jspecify.annotations.NullMarked;
