/**
 * Calls to an MLflow tracking server in mlflow-client's own messages, each bounded in time and
 * bytes: what the mirror and the exporter share.
 */
@NullMarked
package dev.mlinfra.storage.mlflow;

import org.jspecify.annotations.NullMarked;
