/** The MLflow mirror, every call bounded in time and bytes. */
@NullMarked
package dev.mlinfra.storage.internal.mlflow;

import org.jspecify.annotations.NullMarked;
