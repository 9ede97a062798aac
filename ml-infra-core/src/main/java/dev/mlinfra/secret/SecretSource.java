package dev.mlinfra.secret;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.TimedOutException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Secrets by name, read once when the source is made and then kept in memory. Immutable and
 * thread-safe; no value is ever printed. To see changed secrets make a new one.
 *
 * <pre>{@code
 * SecretSource secrets = SecretSource.sops(Path.of(".env.sops"));
 * MlInfraConfig cfg = MlInfraConfig.fromEnvironment(secrets);     // names that are ML_INFRA_*
 * Secret password = secrets.get("ML_INFRA_POSTGRES_PASSWORD");    // or one by one
 * }</pre>
 *
 * @since 0.1
 */
public final class SecretSource {
  private final String label;
  private final Map<String, Secret> secrets;

  private SecretSource(String label, Map<String, String> values) {
    this.label = label;
    this.secrets = new TreeMap<>();
    values.forEach(
        (name, value) -> {
          if (!value.isBlank()) {
            secrets.put(name, Secret.of(value));
          }
        });
  }

  /**
   * Takes secrets that the program has.
   *
   * @param label what messages call the source, as {@code vault}
   * @param values by name; blank ones are left out
   * @return a copy
   * @since 0.1
   */
  public static SecretSource of(String label, Map<String, String> values) {
    return new SecretSource(Objects.requireNonNull(label, "label"), values);
  }

  /**
   * Asks a store of secrets, as Vault or the one of a cloud, once for each name. Blocks as long as
   * its answers take, and throws what it throws.
   *
   * @param label what messages call the source, as {@code vault}
   * @param names as {@code ML_INFRA_POSTGRES_PASSWORD}
   * @param lookup finds a secret by its name; empty when there is none
   * @return what was found
   * @since 0.1
   */
  public static SecretSource of(
      String label, Set<String> names, Function<String, Optional<String>> lookup) {
    Map<String, String> values = new TreeMap<>();
    names.forEach(name -> lookup.apply(name).ifPresent(value -> values.put(name, value)));
    return of(label, values);
  }

  /**
   * Takes the environment variables of this process.
   *
   * @return what is set and not blank
   * @since 0.1
   */
  public static SecretSource environment() {
    return new SecretSource("the environment", System.getenv());
  }

  /**
   * Reads a directory with one file a secret, as Docker and Kubernetes mount them: {@code
   * /run/secrets/ml_infra_postgres_password} is {@code ML_INFRA_POSTGRES_PASSWORD}. Names that
   * start with a dot are left out, and one trailing line break of each value. Blocks for the reads.
   *
   * @param directory whose files are UTF-8
   * @return what the files hold, by their names in upper case
   * @throws ConfigException when the directory or one of its files cannot be read
   * @since 0.1
   */
  public static SecretSource directory(Path directory) {
    Map<String, String> values = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      files
          .filter(file -> !nameOf(file).startsWith(".") && Files.isRegularFile(file))
          .forEach(
              file ->
                  values.put(
                      nameOf(file).toUpperCase(Locale.ROOT), Secret.fromFile(file).reveal()));
    } catch (IOException e) {
      throw new ConfigException(
          "secret directory "
              + directory
              + " was not readable ("
              + e.getClass().getSimpleName()
              + ") but must hold one file a secret; check its path and mode",
          e);
    }
    return new SecretSource(directory.toString(), values);
  }

  /**
   * Reads a file that SOPS encrypted, by the program {@code sops} of the {@code PATH}, or else of
   * {@code ~/.cache/ml-infra/bin}. Decrypted text goes through a pipe into memory, never to a disk.
   * The age key is the one that SOPS finds, or else {@code ~/.config/ml-infra/age.key}. Blocks, at
   * most 30 seconds.
   *
   * @param file dotenv; or flat JSON, YAML or INI when its name without {@code .sops} ends so
   * @return what the file holds
   * @throws ConfigException when sops or the file is missing, the key does not fit, or the file was
   *     changed by hand or is none of SOPS
   * @throws TimedOutException when sops did not end in time; it is killed
   * @since 0.1
   */
  public static SecretSource sops(Path file) {
    return sops(new Sops(), file);
  }

  static SecretSource sops(Sops sops, Path file) {
    return new SecretSource(file.toString(), sops.decrypt(file));
  }

  /**
   * Returns what the source holds.
   *
   * @return names, sorted; those without a value are left out
   * @since 0.1
   */
  public Set<String> names() {
    return Collections.unmodifiableSet(secrets.keySet());
  }

  /**
   * Looks a secret up.
   *
   * @param name as {@code ML_INFRA_POSTGRES_PASSWORD}
   * @return empty when it is not there or has no value
   * @since 0.1
   */
  public Optional<Secret> find(String name) {
    return Optional.ofNullable(secrets.get(Objects.requireNonNull(name, "name")));
  }

  /**
   * Returns a secret that must be there.
   *
   * @param name as {@code ML_INFRA_POSTGRES_PASSWORD}
   * @return the secret
   * @throws ConfigException when it is not there or has no value
   * @since 0.1
   */
  public Secret get(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new ConfigException(
                    name + " was not in " + label + " but must be there; add it to " + label));
  }

  @Override
  public String toString() {
    return "SecretSource[" + label + " " + secrets.size() + " secrets]";
  }

  private static String nameOf(Path file) {
    return String.valueOf(file.getFileName());
  }
}
