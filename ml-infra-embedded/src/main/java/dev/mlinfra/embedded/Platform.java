package dev.mlinfra.embedded;

import dev.mlinfra.error.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The platforms that have binaries, and what the binaries are called. */
enum Platform {
  LINUX_X86_64(
      "/lib64/ld-linux-x86-64.so.2",
      "postgres-linux-x86_64.txz",
      // the first one needs OpenSSL 3, the second is linked statically
      List.of("redis-server-6.2.6-v5-linux-amd64", "redis-server-6.2.7-linux-386")),
  LINUX_ARM64(
      "/lib/ld-linux-aarch64.so.1",
      "postgres-linux-arm_64.txz",
      List.of("redis-server-6.2.7-linux-arm64")),
  MACOS_X86_64(
      "/usr/lib/dyld", "postgres-darwin-x86_64.txz", List.of("redis-server-6.2.6-v5-darwin-amd64")),
  MACOS_ARM64(
      "/usr/lib/dyld", "postgres-darwin-arm_64.txz", List.of("redis-server-6.2.6-v5-darwin-arm64"));

  private final String loader;
  private final String postgresArchive;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> redisBinaries;

  Platform(String loader, String postgresArchive, List<String> redisBinaries) {
    this.loader = loader;
    this.postgresArchive = postgresArchive;
    this.redisBinaries = redisBinaries;
  }

  /** The class path resource with PostgreSQL. */
  String postgresArchive() {
    return postgresArchive;
  }

  /** The class path resources with Redis, the best first. */
  List<String> redisBinaries() {
    return redisBinaries;
  }

  static Platform current() {
    Platform platform = of(System.getProperty("os.name"), System.getProperty("os.arch"));
    platform.requireLoader(Path.of(platform.loader));
    return platform;
  }

  /** Without it no binary starts, and the system only says that there is no such file. */
  void requireLoader(Path file) {
    if (Files.notExists(file)) {
      throw new ConfigException(
          "platform had no "
              + file
              + " but the embedded servers are loaded by it (glibc on Linux, not musl); use an"
              + " image with glibc, or run PostgreSQL and Redis yourself and use Postgres.at(url)"
              + " and Redis.at(url)");
    }
  }

  static Platform of(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT);
    String arch = osArch.toLowerCase(Locale.ROOT);
    boolean x86 = arch.equals("amd64") || arch.equals("x86_64");
    boolean arm = arch.equals("aarch64") || arch.equals("arm64");
    if (os.startsWith("linux") && (x86 || arm)) {
      return x86 ? LINUX_X86_64 : LINUX_ARM64;
    }
    if (os.startsWith("mac") && (x86 || arm)) {
      return x86 ? MACOS_X86_64 : MACOS_ARM64;
    }
    throw new ConfigException(
        "platform was '"
            + osName
            + " "
            + osArch
            + "' but embedded servers exist for Linux and macOS on x86-64 and arm64 only; run"
            + " PostgreSQL and Redis yourself and use Postgres.at(url) and Redis.at(url)");
  }
}
