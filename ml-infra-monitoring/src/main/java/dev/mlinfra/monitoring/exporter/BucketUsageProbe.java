package dev.mlinfra.monitoring.exporter;

/** Bytes and objects of the bucket, by listing it up to a bound, and its quota. */
final class BucketUsageProbe extends DetailProbe {
  private static final int PAGE = 1_000;

  private final S3Api api;

  BucketUsageProbe(S3Api api) {
    super("objectstorage-usage", api.options().pace());
    this.api = api;
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
