package dev.mlinfra.storage;

import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import dev.mlinfra.spi.settings.Settings;
import dev.mlinfra.storage.internal.Endpoint;
import dev.mlinfra.storage.internal.s3.BucketSetup;
import dev.mlinfra.storage.internal.s3.S3HealthProbe;
import dev.mlinfra.storage.internal.s3.S3Store;
import dev.mlinfra.storage.internal.s3.S3Target;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps artifacts in a bucket of any S3 server: MinIO, SeaweedFS, Ceph, Garage, AWS. Immutable and
 * thread-safe; each option returns a changed copy.
 *
 * <p>Only plain S3 is used: path style, signature version 4, PUT, GET, HEAD, multipart, list. An
 * artifact appears whole or not at all; its digest is sent along, so that the server refuses bytes
 * that changed on the way, and is verified on every read. A quota is kept by counting, and on MinIO
 * also by the server.
 *
 * <pre>{@code
 * ObjectStorage.at("https://minio:9000").credentials(id, key).bucket("mlflow-artifacts")
 * }</pre>
 *
 * @since 0.1
 */
public final class ObjectStorage implements InfraModule {
  /** The bucket when no other is named: {@value}. */
  public static final String DEFAULT_BUCKET = "mlflow-artifacts";

  /** The region when no other is named, which most servers do not care for: {@value}. */
  public static final String DEFAULT_REGION = "us-east-1";

  /** Most bytes stored when nothing else is asked for: {@value}, 10 GB. */
  public static final long DEFAULT_QUOTA_BYTES = 10_000_000_000L;

  private static final String NAME = "objectstorage";
  private static final Pattern REGION = Pattern.compile("[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?");

  private final String url;
  private @Nullable Secret accessKey;
  private @Nullable Secret secretKey;
  private String bucket = DEFAULT_BUCKET;
  private String region = DEFAULT_REGION;
  private long quotaBytes = DEFAULT_QUOTA_BYTES;
  private Duration connectTimeout = Duration.ofSeconds(5);
  private Duration readTimeout = Duration.ofSeconds(15);
  private Duration callTimeout = Duration.ofSeconds(30);
  private Duration transferTimeout = Duration.ofMinutes(10);
  private boolean plaintextAllowed;

  private ObjectStorage(String url) {
    this.url = url;
  }

  private ObjectStorage(ObjectStorage from) {
    this.url = from.url;
    this.accessKey = from.accessKey;
    this.secretKey = from.secretKey;
    this.bucket = from.bucket;
    this.region = from.region;
    this.quotaBytes = from.quotaBytes;
    this.connectTimeout = from.connectTimeout;
    this.readTimeout = from.readTimeout;
    this.callTimeout = from.callTimeout;
    this.transferTimeout = from.transferTimeout;
    this.plaintextAllowed = from.plaintextAllowed;
  }

  /**
   * Starts with a server's address. Does no I/O.
   *
   * @param url {@code http://host:port} or {@code https://host:port}, without a path
   * @return the module, which still needs credentials
   * @since 0.1
   */
  public static ObjectStorage at(String url) {
    return new ObjectStorage(Objects.requireNonNull(url, "url"));
  }

  /**
   * Sets who is asking. The access key id is kept as a secret too.
   *
   * @param accessKeyId the access key id
   * @param secretAccessKey the secret key
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage credentials(Secret accessKeyId, Secret secretAccessKey) {
    ObjectStorage copy = new ObjectStorage(this);
    copy.accessKey = Objects.requireNonNull(accessKeyId, "accessKeyId");
    copy.secretKey = Objects.requireNonNull(secretAccessKey, "secretAccessKey");
    return copy;
  }

  /**
   * Sets who is asking.
   *
   * @param accessKeyId the access key id, not empty
   * @param secretAccessKey the secret key
   * @return a changed copy
   * @throws dev.mlinfra.error.ConfigException when the id is empty
   * @since 0.1
   */
  public ObjectStorage credentials(String accessKeyId, Secret secretAccessKey) {
    return credentials(Secret.of(accessKeyId), secretAccessKey);
  }

  /**
   * Sets the bucket, {@value #DEFAULT_BUCKET} otherwise.
   *
   * @param name by the S3 naming rules
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage bucket(String name) {
    ObjectStorage copy = new ObjectStorage(this);
    copy.bucket = Objects.requireNonNull(name, "name");
    return copy;
  }

  /**
   * Sets the region of the signature, {@value #DEFAULT_REGION} otherwise.
   *
   * @param name as the server has it
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage region(String name) {
    ObjectStorage copy = new ObjectStorage(this);
    copy.region = Objects.requireNonNull(name, "name");
    return copy;
  }

  /**
   * Sets how much may be stored. It is kept by listing the bucket at most once a minute: processes
   * that share it may exceed it together by what they store within a minute. On MinIO {@code
   * ensureBucket()} also sets the server's own quota, unless one is set already.
   *
   * @param bytes at least 1
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage quotaBytes(long bytes) {
    ObjectStorage copy = new ObjectStorage(this);
    copy.quotaBytes = bytes;
    return copy;
  }

  /**
   * Sets the longest wait for a connection, 5 s otherwise.
   *
   * @param timeout positive
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage connectTimeout(Duration timeout) {
    ObjectStorage copy = new ObjectStorage(this);
    copy.connectTimeout = Objects.requireNonNull(timeout, "timeout");
    return copy;
  }

  /**
   * Sets the longest silence of the server while reading or writing, 15 s otherwise.
   *
   * @param timeout positive
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage readTimeout(Duration timeout) {
    ObjectStorage copy = new ObjectStorage(this);
    copy.readTimeout = Objects.requireNonNull(timeout, "timeout");
    return copy;
  }

  /**
   * Sets the longest time for a call that moves no artifact, retries included, 30 s otherwise.
   *
   * @param timeout positive
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage callTimeout(Duration timeout) {
    ObjectStorage copy = new ObjectStorage(this);
    copy.callTimeout = Objects.requireNonNull(timeout, "timeout");
    return copy;
  }

  /**
   * Sets the longest time for a download, or for one part of 16 MiB of an upload, 10 min otherwise.
   *
   * @param timeout positive
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage transferTimeout(Duration timeout) {
    ObjectStorage copy = new ObjectStorage(this);
    copy.transferTimeout = Objects.requireNonNull(timeout, "timeout");
    return copy;
  }

  /**
   * Allows plain http to a public host, where anyone on the way can read artifacts. Hosts that
   * their name or address shows to be private need no such call.
   *
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage allowPlaintext() {
    ObjectStorage copy = new ObjectStorage(this);
    copy.plaintextAllowed = true;
    return copy;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> faults() {
    Faults faults = new Faults();
    Endpoint.check(faults, NAME, url, false, plaintextAllowed);
    if (accessKey == null || secretKey == null) {
      faults.addLine(
          NAME + ".credentials was not called but is required; call credentials(id, key)");
    }
    if (!REGION.matcher(region).matches()) {
      faults.add(
          NAME + ".region", region, "must be 1 to 63 of a-z 0-9 _ -", "pass the server's region");
    }
    return faults
        .name(NAME + ".bucket", bucket, NameRule.BUCKET)
        .range(NAME + ".quotaBytes", quotaBytes, 1, Long.MAX_VALUE)
        .duration(NAME + ".connectTimeout", connectTimeout)
        .duration(NAME + ".readTimeout", readTimeout)
        .duration(NAME + ".callTimeout", callTimeout)
        .duration(NAME + ".transferTimeout", transferTimeout)
        .lines();
  }

  @Override
  public void open(Wiring wiring) {
    Endpoint.warnOfPlaintext(NAME, url);
    S3Target target =
        new S3Target(
            url,
            Objects.requireNonNull(accessKey, "credentials"),
            Objects.requireNonNull(secretKey, "credentials"),
            region,
            bucket,
            connectTimeout,
            readTimeout,
            callTimeout,
            transferTimeout);
    S3Store store = new S3Store(target, quotaBytes, wiring.clock());
    wiring.onClose(store);
    wiring.provide(ArtifactStore.class, store);
    wiring.provide(BucketAdmin.class, new BucketSetup(store, quotaBytes, wiring.clock()));
    wiring.probe(new S3HealthProbe(store));
  }

  @Override
  public String toString() {
    return "ObjectStorage[bucket=" + bucket + ", quotaBytes=" + quotaBytes + "]";
  }

  /**
   * Makes the module from the section {@code objectstorage}: {@code url}, {@code access_key} and
   * {@code secret_key} or their {@code _file}, {@code bucket}, {@code region}, {@code quota_bytes},
   * {@code connect_timeout}, {@code read_timeout}, {@code call_timeout}, {@code transfer_timeout},
   * {@code allow_plaintext}.
   *
   * @since 0.1
   */
  public static final class Factory implements ModuleFactory {
    /**
     * Called by {@link java.util.ServiceLoader}.
     *
     * @since 0.1
     */
    public Factory() {}

    @Override
    public String section() {
      return NAME;
    }

    @Override
    public InfraModule create(Settings settings) {
      ObjectStorage module = new ObjectStorage(settings.required("url"));
      settings.secret("access_key").ifPresent(key -> module.accessKey = key);
      settings.secret("secret_key").ifPresent(key -> module.secretKey = key);
      settings.text("bucket").ifPresent(name -> module.bucket = name);
      settings.text("region").ifPresent(name -> module.region = name);
      settings.number("quota_bytes").ifPresent(bytes -> module.quotaBytes = bytes);
      settings.duration("connect_timeout").ifPresent(time -> module.connectTimeout = time);
      settings.duration("read_timeout").ifPresent(time -> module.readTimeout = time);
      settings.duration("call_timeout").ifPresent(time -> module.callTimeout = time);
      settings.duration("transfer_timeout").ifPresent(time -> module.transferTimeout = time);
      settings.flag("allow_plaintext").ifPresent(allowed -> module.plaintextAllowed = allowed);
      return module;
    }
  }
}
