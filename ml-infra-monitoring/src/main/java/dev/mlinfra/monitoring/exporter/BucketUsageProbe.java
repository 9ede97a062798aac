package dev.mlinfra.monitoring.exporter;

import java.time.Duration;
import java.util.Optional;

/** Bytes and objects of the bucket, by listing it up to a bound, and its quota. */
final class BucketUsageProbe implements Probe {
  private static final int PAGE = 1_000;

  private final S3Api api;

  BucketUsageProbe(S3Api api) {
    this.api = api;
  }

  @Override
  public String name() {
    return "objectstorage-usage";
  }

  @Override
  public Optional<Metric> up() {
    return Optional.empty();
  }

  @Override
  public Duration interval() {
    return api.options().pace().detailInterval();
  }

  @Override
  public Duration timeout() {
    return api.options().pace().timeout().multipliedBy(3);
  }

  @Override
  public void collect(Samples into, Deadline deadline) {
    String bucket = api.options().bucket();
    long objects = 0;
    long bytes = 0;
    String next = "";
    int pages = 0;
    do {
      S3Api.Page page = api.list(PAGE, next, deadline);
      objects += page.objects();
      bytes += page.bytes();
      next = page.next();
    } while (!next.isEmpty() && ++pages < api.options().maxPages());
    into.add(Metric.STORAGE_OBJECTS, objects, bucket);
    into.add(Metric.STORAGE_BYTES, bytes, bucket);
    into.flag(Metric.STORAGE_COMPLETE, next.isEmpty(), bucket);
    long quota = api.quota(deadline).orElse(api.options().quotaBytes());
    into.add(Metric.STORAGE_QUOTA, quota, bucket);
  }
}
