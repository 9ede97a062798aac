/** Inside of the PostgreSQL module; not for use by others and free to change. */
@NullMarked
package dev.mlinfra.postgres.internal.schema;

import org.jspecify.annotations.NullMarked;
