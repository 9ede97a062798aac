/** Artifacts in a bucket of an S3 server. */
@NullMarked
package dev.mlinfra.storage.internal.s3;

import org.jspecify.annotations.NullMarked;
