package dev.mlinfra.storage;

import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import dev.mlinfra.spi.settings.Option;
import dev.mlinfra.spi.settings.Options;
import dev.mlinfra.spi.settings.Settings;
import dev.mlinfra.storage.internal.Endpoint;
import dev.mlinfra.storage.internal.s3.BucketSetup;
import dev.mlinfra.storage.internal.s3.S3HealthProbe;
import dev.mlinfra.storage.internal.s3.S3Server;
import dev.mlinfra.storage.internal.s3.S3Store;
import dev.mlinfra.storage.internal.s3.S3Target;
import io.minio.MinioAsyncClient;
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
  private static final Pattern NAME_OF_REGION =
      Pattern.compile("[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?");

  private static final Option<Secret> ACCESS_KEY = Option.secret("access_key");
  private static final Option<Secret> SECRET_KEY = Option.secret("secret_key");
  private static final Option<String> BUCKET =
      Option.text("bucket", DEFAULT_BUCKET)
          .where((faults, subject, name) -> faults.name(subject, name, NameRule.BUCKET));
  private static final Option<String> REGION =
      Option.text("region", DEFAULT_REGION).where(ObjectStorage::checkRegion);
  private static final Option<Long> QUOTA_BYTES =
      Option.number("quota_bytes", DEFAULT_QUOTA_BYTES, 1, Long.MAX_VALUE);
  private static final Option<Duration> CONNECT_TIMEOUT =
      Option.duration("connect_timeout", Duration.ofSeconds(5));
  private static final Option<Duration> READ_TIMEOUT =
      Option.duration("read_timeout", Duration.ofSeconds(15));
  private static final Option<Duration> CALL_TIMEOUT =
      Option.duration("call_timeout", Duration.ofSeconds(30));
  private static final Option<Duration> TRANSFER_TIMEOUT =
      Option.duration("transfer_timeout", Duration.ofMinutes(10));
  private static final Option<Boolean> ALLOW_PLAINTEXT = Option.flag("allow_plaintext");
  private static final List<Option<?>> ALL =
      List.of(
          ACCESS_KEY,
          SECRET_KEY,
          BUCKET,
          REGION,
          QUOTA_BYTES,
          CONNECT_TIMEOUT,
          READ_TIMEOUT,
          CALL_TIMEOUT,
          TRANSFER_TIMEOUT,
          ALLOW_PLAINTEXT);

  private final @Nullable String url;
  private final @Nullable MinioAsyncClient client;
  private final Options chosen;

  private ObjectStorage(@Nullable String url, @Nullable MinioAsyncClient client, Options chosen) {
    this.url = url;
    this.client = client;
    this.chosen = chosen;
  }

  /**
   * Starts with a server's address. Does no I/O.
   *
   * @param url {@code http://host:port} or {@code https://host:port}, without a path
   * @return the module, which still needs credentials
   * @since 0.1
   */
  public static ObjectStorage at(String url) {
    return new ObjectStorage(Objects.requireNonNull(url, "url"), null, Options.none());
  }

  /**
   * Starts with a client that the host has, which must be the asynchronous one: {@code MinioClient}
   * hides the one it wraps and has no calls for the parts of an upload. It is used as it is: its
   * address, credentials, region and time-outs are the host's affair, as is whether it speaks TLS,
   * and nobody but the host closes it. The quota is kept by counting only. Does no I/O.
   *
   * @param client thread-safe, open for as long as the library is
   * @return the module, complete
   * @since 0.1
   */
  public static ObjectStorage on(MinioAsyncClient client) {
    return new ObjectStorage(null, Objects.requireNonNull(client, "client"), Options.none());
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
    return with(ACCESS_KEY, accessKeyId).with(SECRET_KEY, secretAccessKey);
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
    return with(BUCKET, name);
  }

  /**
   * Sets the region of the signature, {@value #DEFAULT_REGION} otherwise.
   *
   * @param name as the server has it
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage region(String name) {
    return with(REGION, name);
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
    return with(QUOTA_BYTES, bytes);
  }

  /**
   * Sets the longest wait for a connection, 5 s otherwise.
   *
   * @param timeout positive
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage connectTimeout(Duration timeout) {
    return with(CONNECT_TIMEOUT, timeout);
  }

  /**
   * Sets the longest silence of the server while reading or writing, 15 s otherwise.
   *
   * @param timeout positive
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage readTimeout(Duration timeout) {
    return with(READ_TIMEOUT, timeout);
  }

  /**
   * Sets the longest time for a call that moves no artifact, retries included, 30 s otherwise.
   *
   * @param timeout positive
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage callTimeout(Duration timeout) {
    return with(CALL_TIMEOUT, timeout);
  }

  /**
   * Sets the longest time for a download, or for one part of 16 MiB of an upload, 10 min otherwise.
   *
   * @param timeout positive
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage transferTimeout(Duration timeout) {
    return with(TRANSFER_TIMEOUT, timeout);
  }

  /**
   * Allows plain http to a public host, where anyone on the way can read artifacts. Hosts that
   * their name or address shows to be private need no such call.
   *
   * @return a changed copy
   * @since 0.1
   */
  public ObjectStorage allowPlaintext() {
    return with(ALLOW_PLAINTEXT, true);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> faults() {
    Faults faults = new Faults();
    boolean accessKey = chosen.find(ACCESS_KEY).isPresent();
    if (url != null) {
      Endpoint.check(faults, NAME, url, false, chosen.get(ALLOW_PLAINTEXT));
      if (!accessKey || chosen.find(SECRET_KEY).isEmpty()) {
        faults.addLine(
            NAME + ".credentials was not called but is required; call credentials(id, key)");
      }
    } else if (accessKey) {
      faults.addLine(
          NAME
              + ".on(client) and .credentials were both called but exclude each other; give the"
              + " client its credentials");
    }
    return faults.addAll(chosen.faults(NAME, ALL).lines()).lines();
  }

  private static void checkRegion(Faults faults, String subject, String name) {
    if (!NAME_OF_REGION.matcher(name).matches()) {
      faults.add(subject, name, "must be 1 to 63 of a-z 0-9 _ -", "pass the server's region");
    }
  }

  @Override
  public void open(Wiring wiring) {
    long quotaBytes = chosen.get(QUOTA_BYTES);
    S3Store store =
        new S3Store(new S3Target(chosen.get(BUCKET), server(), client), quotaBytes, wiring.clock());
    wiring.onClose(store);
    wiring.provide(ArtifactStore.class, store);
    wiring.provide(BucketAdmin.class, new BucketSetup(store, quotaBytes, wiring.clock()));
    wiring.probe(new S3HealthProbe(store));
  }

  private @Nullable S3Server server() {
    if (url == null) {
      return null;
    }
    Endpoint.warnOfPlaintext(NAME, url);
    return new S3Server(
        url,
        chosen.get(ACCESS_KEY),
        chosen.get(SECRET_KEY),
        chosen.get(REGION),
        chosen.get(CONNECT_TIMEOUT),
        chosen.get(READ_TIMEOUT),
        chosen.get(CALL_TIMEOUT),
        chosen.get(TRANSFER_TIMEOUT));
  }

  ObjectStorage read(Settings settings) {
    return new ObjectStorage(url, client, chosen.read(settings, ALL));
  }

  private <T> ObjectStorage with(Option<T> option, T value) {
    return new ObjectStorage(url, client, chosen.with(option, value));
  }

  @Override
  public String toString() {
    return "ObjectStorage[bucket="
        + chosen.get(BUCKET)
        + ", quotaBytes="
        + chosen.get(QUOTA_BYTES)
        + "]";
  }
}
