package dev.mlinfra.storage;

import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.Texts;
import dev.mlinfra.spi.settings.Option;
import dev.mlinfra.spi.settings.Options;
import dev.mlinfra.spi.settings.Settings;
import dev.mlinfra.storage.internal.Endpoint;
import dev.mlinfra.storage.internal.mlflow.MlflowCalls;
import dev.mlinfra.storage.internal.mlflow.MlflowHealthProbe;
import dev.mlinfra.storage.internal.mlflow.MlflowMirror;
import dev.mlinfra.storage.internal.mlflow.RunArtifacts;
import dev.mlinfra.storage.mlflow.MlflowApi;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.mlflow.tracking.MlflowClient;

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
  private static final Pattern HEADER = Pattern.compile("[\\x21-\\x7e]+");
  private static final String NAME = "mlflow";
  private static final int MAX_ANSWER_BYTES = 4 << 20;
  private static final int MAX_EXPERIMENT_CHARS = 200;
  private static final long MAX_TIMEOUT_MILLIS = 3_600_000;

  private static final Option<String> EXPERIMENT =
      Option.text("experiment")
          .where(
              (faults, subject, name) ->
                  Texts.requiredFault(subject, name, MAX_EXPERIMENT_CHARS)
                      .ifPresent(faults::addLine));
  private static final Option<String> USER = Option.text("user");
  private static final Option<Secret> PASSWORD = Option.secret("password");
  private static final Option<Secret> TOKEN = Option.secret("token");
  private static final Option<Duration> CONNECT_TIMEOUT = timeout("connect_timeout", 3);
  private static final Option<Duration> READ_TIMEOUT = timeout("read_timeout", 10);
  private static final Option<Duration> TOTAL_TIMEOUT = timeout("total_timeout", 20);
  private static final Option<Long> COPY_ARTIFACTS_UP_TO =
      Option.of("copy_artifacts_up_to", 0L, Settings::number)
          .where(
              (faults, subject, bytes) ->
                  faults.range(subject + " in bytes", bytes, 0, Long.MAX_VALUE));
  private static final Option<Boolean> ALLOW_PLAINTEXT = Option.flag("allow_plaintext");
  private static final List<Option<?>> ALL =
      List.of(
          EXPERIMENT,
          USER,
          PASSWORD,
          TOKEN,
          CONNECT_TIMEOUT,
          READ_TIMEOUT,
          TOTAL_TIMEOUT,
          COPY_ARTIFACTS_UP_TO,
          ALLOW_PLAINTEXT);

  private final @Nullable String url;
  private final @Nullable MlflowClient client;
  private final Options chosen;

  private Mlflow(@Nullable String url, @Nullable MlflowClient client, Options chosen) {
    this.url = url;
    this.client = client;
    this.chosen = chosen;
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
    return new Mlflow(Objects.requireNonNull(url, "url"), null, Options.none());
  }

  /**
   * Starts with a client that the host has. Calls go through it as it is: its address, credentials
   * and time-outs are the host's affair, as is whether it speaks TLS, and nobody but the host
   * closes it. {@link #totalTimeout} still ends the wait for a version or promotion, but a call
   * that hangs goes on until the client's own time-outs end it. Such a client reaches neither the
   * server's version nor its artifacts, so {@link #copyArtifactsUpTo} is refused. Does no I/O.
   *
   * @param client thread-safe, open for as long as the library is
   * @return the module
   * @since 0.1
   */
  public static Mlflow on(MlflowClient client) {
    return new Mlflow(null, Objects.requireNonNull(client, "client"), Options.none());
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
    return with(EXPERIMENT, name);
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
    return with(USER, userName).with(PASSWORD, userPassword);
  }

  /**
   * Sends a bearer token with each call.
   *
   * @param bearer the token
   * @return a changed copy
   * @since 0.1
   */
  public Mlflow token(Secret bearer) {
    return with(TOKEN, bearer);
  }

  /**
   * Sets the longest wait for a connection, 3 s otherwise.
   *
   * @param timeout 1 ms to 1 h
   * @return a changed copy
   * @since 0.1
   */
  public Mlflow connectTimeout(Duration timeout) {
    return with(CONNECT_TIMEOUT, timeout);
  }

  /**
   * Sets the longest silence of the server, 10 s otherwise.
   *
   * @param timeout 1 ms to 1 h
   * @return a changed copy
   * @since 0.1
   */
  public Mlflow readTimeout(Duration timeout) {
    return with(READ_TIMEOUT, timeout);
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
    return with(TOTAL_TIMEOUT, timeout);
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
    return with(COPY_ARTIFACTS_UP_TO, bytes);
  }

  /**
   * Allows plain http to a public host, where anyone on the way can read credentials. Hosts that
   * their name or address shows to be private need no such call.
   *
   * @return a changed copy
   * @since 0.1
   */
  public Mlflow allowPlaintext() {
    return with(ALLOW_PLAINTEXT, true);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> faults() {
    Faults faults = new Faults();
    boolean token = chosen.find(TOKEN).isPresent();
    boolean user = chosen.find(USER).isPresent();
    if (url != null) {
      Endpoint.check(faults, NAME, url, true, chosen.get(ALLOW_PLAINTEXT));
    } else if (token || user || chosen.get(COPY_ARTIFACTS_UP_TO) > 0) {
      faults.addLine(
          NAME
              + ".on(client) was called with token, basicAuth or copyArtifactsUpTo but excludes"
              + " them; give the client its credentials, or call Mlflow.at(url)");
    }
    if (token && !HEADER.matcher(chosen.get(TOKEN).reveal()).matches()) {
      faults.addLine(
          NAME + ".token had a character that no HTTP header may have; pass one line of ASCII");
    }
    if (token && user) {
      faults.addLine(
          NAME + ".token and .basicAuth were both called but exclude each other; call one");
    }
    if (user != chosen.find(PASSWORD).isPresent()) {
      faults.addLine(NAME + ".basicAuth was half given but needs user and password; set both");
    }
    return faults.addAll(chosen.faults(NAME, ALL).lines()).lines();
  }

  @Override
  public void open(Wiring wiring) {
    MlflowApi api = api();
    wiring.onClose(api);
    MlflowCalls calls = new MlflowCalls(api, chosen.get(TOTAL_TIMEOUT));
    wiring.provide(
        ModelMirror.class,
        new MlflowMirror(
            calls,
            chosen.find(EXPERIMENT).orElse("ml-infra/" + wiring.service()),
            new RunArtifacts(calls, chosen.get(COPY_ARTIFACTS_UP_TO), wiring)));
    wiring.probe(new MlflowHealthProbe(calls));
  }

  private MlflowApi api() {
    if (url == null) {
      return MlflowApi.on(Objects.requireNonNull(client, "client"));
    }
    Endpoint.warnOfPlaintext(NAME, url);
    Secret authorization =
        chosen
            .find(USER)
            .map(user -> MlflowApi.basic(user, chosen.get(PASSWORD)))
            .or(() -> chosen.find(TOKEN).map(token -> Secret.of("Bearer " + token.reveal())))
            .orElse(null);
    return MlflowApi.at(
        url,
        authorization,
        chosen.get(CONNECT_TIMEOUT),
        chosen.get(READ_TIMEOUT),
        MAX_ANSWER_BYTES);
  }

  Mlflow read(Settings settings) {
    return new Mlflow(url, client, chosen.read(settings, ALL));
  }

  private <T> Mlflow with(Option<T> option, T value) {
    return new Mlflow(url, client, chosen.with(option, value));
  }

  private static Option<Duration> timeout(String key, int seconds) {
    return Option.of(key, Duration.ofSeconds(seconds), Settings::duration)
        .where(
            (faults, subject, time) ->
                faults.range(
                    subject + " in ms",
                    TimeUnit.MILLISECONDS.convert(time),
                    1,
                    MAX_TIMEOUT_MILLIS));
  }

  @Override
  public String toString() {
    return "Mlflow[experiment=" + chosen.find(EXPERIMENT).orElse(null) + "]";
  }
}
