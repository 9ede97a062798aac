package dev.mlinfra.storage.mlflow;

import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How calls of the API reach the server. Thread-safe; nothing here blocks. */
@FunctionalInterface
interface Transport {
  /** Begins a call below {@code api/2.0/mlflow/}: a POST of JSON, or a GET without any. */
  Pending call(String path, @Nullable String json);

  /** A call under way, which cancelling the answer breaks, and when the server was last heard. */
  record Pending(CompletableFuture<Answer> answer, LongSupplier heardNanos) {}
}
