package dev.mlinfra.monitoring.exporter;

import java.time.Duration;
import java.util.Optional;

/** Whether the bucket can be listed. */
final class StorageProbe implements Probe {
  private final S3Api api;

  StorageProbe(S3Api api) {
    this.api = api;
  }

  @Override
  public String name() {
    return "objectstorage";
  }

  @Override
  public Optional<Metric> up() {
    return Optional.of(Metric.STORAGE_UP);
  }

  @Override
  public Duration interval() {
    return api.options().pace().interval();
  }

  @Override
  public Duration timeout() {
    return api.options().pace().timeout();
  }

  @Override
  public void collect(Samples into, Deadline deadline) {
    long start = System.nanoTime();
    api.list(1, "", deadline);
    into.add(Metric.STORAGE_LATENCY, (System.nanoTime() - start) / 1e9);
  }
}
