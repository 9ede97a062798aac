package dev.mlinfra.storage;

import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.Texts;
import dev.mlinfra.spi.settings.Settings;
import dev.mlinfra.storage.internal.Endpoint;
import dev.mlinfra.storage.internal.mlflow.MlflowCalls;
import dev.mlinfra.storage.internal.mlflow.MlflowHealthProbe;
import dev.mlinfra.storage.internal.mlflow.MlflowMirror;
import dev.mlinfra.storage.internal.mlflow.MlflowTarget;
import dev.mlinfra.storage.internal.mlflow.RunArtifacts;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Shows model versions and promotions in an MLflow tracking server, from 2.9.2 to 3.x. It is a
 * mirror: nothing is read from it that a decision depends on, and what it misses while it is away
 * is brought to it later. Immutable and thread-safe; each option returns a changed copy.
 *
 * <p>A version becomes a run with its metrics and tags, and a version of the registered model of
 * the same name; an alias becomes an alias. Repeating that changes nothing. Delivery is at least
 * once, by the registry's own thread.
 *
 * @since 0.1
 */
public final class Mlflow implements InfraModule {
  private static final String NAME = "mlflow";
  private static final int MAX_EXPERIMENT_CHARS = 200;

  private final String url;
  private @Nullable String user;
  private @Nullable Secret password;
  private @Nullable Secret token;
  private @Nullable String experiment;
  private Duration connectTimeout = Duration.ofSeconds(3);
  private Duration readTimeout = Duration.ofSeconds(10);
  private Duration totalTimeout = Duration.ofSeconds(20);
  private long copyArtifactsUpTo;
  private boolean plaintextAllowed;

  private Mlflow(String url) {
    this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  private Mlflow(Mlflow from) {
    this.url = from.url;
    this.user = from.user;
    this.password = from.password;
    this.token = from.token;
    this.experiment = from.experiment;
    this.connectTimeout = from.connectTimeout;
    this.readTimeout = from.readTimeout;
    this.totalTimeout = from.totalTimeout;
    this.copyArtifactsUpTo = from.copyArtifactsUpTo;
    this.plaintextAllowed = from.plaintextAllowed;
  }

  /**
   * Starts with a server's address. Does no I/O.
   *
   * @param url {@code http://host:port} or {@code https://host}, with the path below which MLflow
   *     lives if there is one
   * @return the module
   * @since 0.1
   */
  public static Mlflow at(String url) {
    return new Mlflow(Objects.requireNonNull(url, "url"));
  }

  /**
   * Sets the experiment that runs go to, {@code ml-infra/<service>} otherwise. It is made when it
   * is missing.
   *
   * @param name at most 200 characters
   * @return a changed copy
   * @since 0.1
   */
  public Mlflow experiment(String name) {
    Mlflow copy = new Mlflow(this);
    copy.experiment = Objects.requireNonNull(name, "name");
    return copy;
  }

  /**
   * Sends a user name and password with each call.
   *
   * @param userName not empty
   * @param userPassword the password
   * @return a changed copy
   * @since 0.1
   */
  public Mlflow basicAuth(String userName, Secret userPassword) {
    Mlflow copy = new Mlflow(this);
    copy.user = Objects.requireNonNull(userName, "userName");
    copy.password = Objects.requireNonNull(userPassword, "userPassword");
    return copy;
  }

  /**
   * Sends a bearer token with each call.
   *
   * @param bearer the token
   * @return a changed copy
   * @since 0.1
   */
  public Mlflow token(Secret bearer) {
    Mlflow copy = new Mlflow(this);
    copy.token = Objects.requireNonNull(bearer, "bearer");
    return copy;
  }

  /**
   * Sets the longest wait for a connection, 3 s otherwise.
   *
   * @param timeout 1 ms to 1 h
   * @return a changed copy
   * @since 0.1
   */
  public Mlflow connectTimeout(Duration timeout) {
    Mlflow copy = new Mlflow(this);
    copy.connectTimeout = Objects.requireNonNull(timeout, "timeout");
    return copy;
  }

  /**
   * Sets the longest silence of the server, 10 s otherwise.
   *
   * @param timeout 1 ms to 1 h
   * @return a changed copy
   * @since 0.1
   */
  public Mlflow readTimeout(Duration timeout) {
    Mlflow copy = new Mlflow(this);
    copy.readTimeout = Objects.requireNonNull(timeout, "timeout");
    return copy;
  }

  /**
   * Sets the longest time for one version or promotion, all calls together, 20 s otherwise. A copy
   * of an artifact is not part of it.
   *
   * @param timeout 1 ms to 1 h
   * @return a changed copy
   * @since 0.1
   */
  public Mlflow totalTimeout(Duration timeout) {
    Mlflow copy = new Mlflow(this);
    copy.totalTimeout = Objects.requireNonNull(timeout, "timeout");
    return copy;
  }

  /**
   * Copies the bytes of each version to its run, through MLflow's artifact proxy, so that who can
   * read MLflow can download {@code models:/ranker@champion} without a key of the bucket. They are
   * stored twice then. Larger artifacts are mirrored without their bytes; 0, nothing is copied,
   * unless set. Needs a module that stores artifacts and a server that serves them ({@code
   * --serve-artifacts}). One copy may take 10 minutes.
   *
   * @param bytes size of the largest artifact to copy, 0 or more
   * @return a changed copy
   * @since 0.1
   */
  public Mlflow copyArtifactsUpTo(long bytes) {
    Mlflow copy = new Mlflow(this);
    copy.copyArtifactsUpTo = bytes;
    return copy;
  }

  /**
   * Allows plain http to a public host, where anyone on the way can read credentials. Hosts that
   * their name or address shows to be private need no such call.
   *
   * @return a changed copy
   * @since 0.1
   */
  public Mlflow allowPlaintext() {
    Mlflow copy = new Mlflow(this);
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
    Endpoint.check(faults, NAME, url, true, plaintextAllowed);
    if (token != null && user != null) {
      faults.addLine(
          NAME + ".token and .basicAuth were both called but exclude each other; call one");
    }
    if ((user == null) != (password == null)) {
      faults.addLine(NAME + ".basicAuth was half given but needs user and password; set both");
    }
    if (experiment != null) {
      Texts.requiredFault(NAME + ".experiment", experiment, MAX_EXPERIMENT_CHARS)
          .ifPresent(faults::addLine);
    }
    MlflowCalls.fault().ifPresent(faults::addLine);
    return faults
        .range(NAME + ".copyArtifactsUpTo in bytes", copyArtifactsUpTo, 0, Long.MAX_VALUE)
        .range(
            NAME + ".connectTimeout in ms",
            TimeUnit.MILLISECONDS.convert(connectTimeout),
            1,
            3_600_000)
        .range(
            NAME + ".readTimeout in ms", TimeUnit.MILLISECONDS.convert(readTimeout), 1, 3_600_000)
        .range(
            NAME + ".totalTimeout in ms", TimeUnit.MILLISECONDS.convert(totalTimeout), 1, 3_600_000)
        .lines();
  }

  @Override
  public void open(Wiring wiring) {
    Endpoint.warnOfPlaintext(NAME, url);
    MlflowTarget target =
        new MlflowTarget(
            url,
            user,
            password,
            token,
            experiment == null ? "ml-infra/" + wiring.service() : experiment,
            connectTimeout,
            readTimeout,
            totalTimeout);
    MlflowCalls calls = new MlflowCalls(target, wiring.clock());
    wiring.onClose(calls);
    wiring.provide(
        ModelMirror.class,
        new MlflowMirror(calls, new RunArtifacts(calls, copyArtifactsUpTo, wiring)));
    wiring.probe(new MlflowHealthProbe(calls));
  }

  @Override
  public String toString() {
    return "Mlflow[experiment=" + experiment + "]";
  }

  /**
   * Makes the module from the section {@code mlflow}: {@code url}, {@code experiment}, {@code user}
   * with {@code password}, or {@code token}, the secrets also by {@code _file}, {@code
   * connect_timeout}, {@code read_timeout}, {@code total_timeout}, {@code copy_artifacts_up_to},
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
      Mlflow module = new Mlflow(settings.required("url"));
      settings.text("experiment").ifPresent(name -> module.experiment = name);
      settings.text("user").ifPresent(name -> module.user = name);
      settings.secret("password").ifPresent(secret -> module.password = secret);
      settings.secret("token").ifPresent(secret -> module.token = secret);
      settings.duration("connect_timeout").ifPresent(time -> module.connectTimeout = time);
      settings.duration("read_timeout").ifPresent(time -> module.readTimeout = time);
      settings.duration("total_timeout").ifPresent(time -> module.totalTimeout = time);
      settings.number("copy_artifacts_up_to").ifPresent(size -> module.copyArtifactsUpTo = size);
      settings.flag("allow_plaintext").ifPresent(allowed -> module.plaintextAllowed = allowed);
      return module;
    }
  }
}
