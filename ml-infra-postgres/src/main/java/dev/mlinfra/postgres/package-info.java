/** The PostgreSQL module: decisions, features, patterns and models in one schema. */
@NullMarked
package dev.mlinfra.postgres;

import org.jspecify.annotations.NullMarked;
