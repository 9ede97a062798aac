package dev.mlinfra.secret;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.runtime.Daemons;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Runs the program sops. What it writes to its error stream is thrown away, since it can quote
 * values: the exit code says enough.
 */
final class Sops {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MAX_BYTES = 1 << 20;
  private static final List<String> TYPES = List.of("json", "yaml", "yml", "ini");
  private static final Path HOME = Path.of(System.getProperty("user.home"));

  private final Optional<Path> program;
  private final Duration patience;

  Sops() {
    this(installed(), PATIENCE);
  }

  Sops(Optional<Path> program, Duration patience) {
    this.program = program;
    this.patience = patience;
  }

  Map<String, String> decrypt(Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw fault(file, "was not readable but must be a SOPS file; check its path and mode");
    }
    Process process = start(file);
    try {
      return Dotenv.parse(output(process, file));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private Process start(Path file) {
    Path sops =
        program.orElseThrow(
            () ->
                fault(
                    file,
                    "needs the program sops but the PATH has none; install it, as with go install"
                        + " github.com/getsops/sops/v3/cmd/sops@v3.13.3"));
    ProcessBuilder command =
        new ProcessBuilder(
                sops.toString(),
                "--decrypt",
                "--input-type",
                typeOf(file),
                "--output-type",
                "dotenv",
                file.toAbsolutePath().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    command.environment().put("SOPS_DISABLE_VERSION_CHECK", "true");
    keyFile(command.environment())
        .ifPresent(key -> command.environment().put("SOPS_AGE_KEY_FILE", key.toString()));
    try {
      Process process = command.start();
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw new ConfigException(
          "secret file " + file + " needs " + sops + " but that did not start; check its mode", e);
    }
  }

  private String output(Process process, Path file) {
    FutureTask<byte[]> reading = new FutureTask<>(() -> read(process.getInputStream()));
    Daemons.thread("ml-infra-sops", reading).start();
    try {
      long deadline = System.nanoTime() + patience.toNanos();
      byte[] output = reading.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new TimeoutException();
      }
      requireSuccess(process.exitValue(), file);
      if (output.length > MAX_BYTES) {
        throw fault(file, "held more than 1 MiB but must hold secrets only; split it");
      }
      return new String(output, StandardCharsets.UTF_8);
    } catch (TimeoutException e) {
      throw new TimedOutException(
          "secret file "
              + file
              + " was not decrypted within "
              + patience.toMillis()
              + " ms but must be; run sops -d yourself, it may ask for a passphrase or a key server",
          e);
    } catch (ExecutionException e) {
      throw new ConfigException(
          "secret file " + file + " could not be read through sops but must be; try again", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException(
          "secret file " + file + " was not decrypted since the thread was interrupted; try again",
          e);
    }
  }

  private static byte[] read(InputStream output) {
    try (output) {
      return output.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireSuccess(int exitCode, Path file) {
    switch (exitCode) {
      case 0 -> {}
      case 24, 25, 51, 52 ->
          throw fault(
              file,
              "was changed by hand (sops ended with "
                  + exitCode
                  + ") but only sops may write it; restore it, then run sops edit");
      case 128 -> throw fault(file, keyFault(keyFile(System.getenv())));
      case 1, 2, 100, 203 ->
          throw fault(
              file,
              "was not a SOPS file of type "
                  + typeOf(file)
                  + " (sops ended with "
                  + exitCode
                  + ") but must be; make it with sops --encrypt");
      default ->
          throw fault(
              file,
              "was not decrypted (sops ended with "
                  + exitCode
                  + ") but must be; run sops -d on it to see why");
    }
  }

  private static String keyFault(Optional<Path> key) {
    if (key.isPresent() && !Files.isReadable(key.get())) {
      return "needs the age key "
          + key.get()
          + " but that was not readable; put it there or name another with SOPS_AGE_KEY_FILE";
    }
    return "was encrypted for another age key than "
        + key.map(path -> path + " has").orElse("sops found")
        + " but needs its own; name its file with SOPS_AGE_KEY_FILE";
  }

  /** The key that sops would use by the caller's own choice, or else the project's usual one. */
  private static Optional<Path> keyFile(Map<String, String> environment) {
    String named = environment.get("SOPS_AGE_KEY_FILE");
    if (named != null && !named.isBlank()) {
      return Optional.of(Path.of(named));
    }
    Path usual = HOME.resolve(".config/ml-infra/age.key");
    boolean other =
        environment.containsKey("SOPS_AGE_KEY") || environment.containsKey("SOPS_AGE_KEY_CMD");
    return other || !Files.isReadable(usual) ? Optional.empty() : Optional.of(usual);
  }

  private static String typeOf(Path file) {
    String name = String.valueOf(file.getFileName()).replaceFirst("\\.sops$", "");
    String extension = name.substring(name.lastIndexOf('.') + 1);
    return TYPES.contains(extension) ? extension.replace("yml", "yaml") : "dotenv";
  }

  private static Optional<Path> installed() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.concat(
            Stream.of(path.split(File.pathSeparator))
                .filter(part -> !part.isEmpty())
                .map(part -> Path.of(part, "sops")),
            Stream.of(HOME.resolve(".cache/ml-infra/bin/sops")))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static ConfigException fault(Path file, String said) {
    return new ConfigException("secret file " + file + " " + said);
  }
}
