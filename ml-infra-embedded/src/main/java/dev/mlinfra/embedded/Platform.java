package dev.mlinfra.embedded;

import dev.mlinfra.error.ConfigException;
import java.util.List;
import java.util.Locale;

/** The platforms that have binaries, and what the binaries are called. */
enum Platform {
  LINUX_X86_64(
      "postgres-linux-x86_64.txz",
      // the first one needs OpenSSL 3, the second is linked statically
      List.of("redis-server-6.2.6-v5-linux-amd64", "redis-server-6.2.7-linux-386")),
  LINUX_ARM64("postgres-linux-arm_64.txz", List.of("redis-server-6.2.7-linux-arm64")),
  MACOS_X86_64("postgres-darwin-x86_64.txz", List.of("redis-server-6.2.6-v5-darwin-amd64")),
  MACOS_ARM64("postgres-darwin-arm_64.txz", List.of("redis-server-6.2.6-v5-darwin-arm64"));

  private final String postgresArchive;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> redisBinaries;

  Platform(String postgresArchive, List<String> redisBinaries) {
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
    return of(System.getProperty("os.name"), System.getProperty("os.arch"));
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
