package dev.mlinfra.redis.internal;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What INFO says of the server that matters here.
 *
 * @param version as {@code 7.0.15}
 * @param usedBytes memory in use
 * @param maxBytes the bound, 0 for none
 * @param policy what the server evicts when the bound is reached
 */
record ServerInfo(String version, long usedBytes, long maxBytes, String policy) {
  private static final String OLDEST = "6.2";

  static ServerInfo read(RedisLink link, String subject, Duration budget) {
    return parse(link.call(subject, budget, commands -> commands.info()));
  }

  static ServerInfo parse(String info) {
    Map<String, String> values =
        info.lines()
            .map(line -> line.split(":", 2))
            .filter(parts -> parts.length == 2)
            .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1], (a, b) -> a));
    return new ServerInfo(
        values.getOrDefault("redis_version", "unknown"),
        number(values.get("used_memory")),
        number(values.get("maxmemory")),
        values.getOrDefault("maxmemory_policy", "unknown"));
  }

  /** Why the server cannot be used at all. */
  Optional<String> fault(long wantedBytes) {
    if (version.matches("[0-5]\\..*|6\\.[01]\\..*")) {
      return Optional.of(
          "redis.version was "
              + version
              + " but must be "
              + OLDEST
              + " or newer; upgrade the server");
    }
    if (policy.startsWith("allkeys-")) {
      return Optional.of(
          "redis.maxmemory-policy was '%s' but must not evict keys without a time-to-live, the event stream is one; run CONFIG SET maxmemory-policy volatile-lru"
              .formatted(policy));
    }
    if (maxBytes > 0 && maxBytes < wantedBytes) {
      return Optional.of(
          "redis.maxmemory was %d but must be at least %d; run CONFIG SET maxmemory %d or call maxMemoryBytes(%d)"
              .formatted(maxBytes, wantedBytes, wantedBytes, maxBytes));
    }
    return Optional.empty();
  }

  /** What should be changed although the server works. */
  Optional<String> warning(long wantedBytes) {
    return maxBytes == 0 && wantedBytes > 0
        ? Optional.of(
            "redis.maxmemory was 0 (unbounded) but should be at least %d; run CONFIG SET maxmemory %d"
                .formatted(wantedBytes, wantedBytes))
        : Optional.empty();
  }

  String describe() {
    String bound = maxBytes == 0 ? "unbounded" : (maxBytes >> 20) + " MiB";
    return "redis %s, %d MiB used of %s, %s"
        .formatted(version, (usedBytes + (1 << 20) - 1) >> 20, bound, policy);
  }

  private static long number(@Nullable String digits) {
    return digits == null || !digits.matches("\\d{1,18}") ? 0 : Long.parseLong(digits);
  }
}
