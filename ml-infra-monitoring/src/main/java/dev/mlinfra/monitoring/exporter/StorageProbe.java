package dev.mlinfra.monitoring.exporter;

/** Whether the bucket can be listed. */
final class StorageProbe extends StateProbe {
  private final S3Api api;

  StorageProbe(S3Api api) {
    super("objectstorage", Metric.STORAGE_UP, api.options().pace());
    this.api = api;
  }

  @Override
  public void collect(Samples into, Deadline deadline) {
    long start = System.nanoTime();
    api.list(1, "", deadline);
    into.add(Metric.STORAGE_LATENCY, (System.nanoTime() - start) / 1e9);
  }
}
