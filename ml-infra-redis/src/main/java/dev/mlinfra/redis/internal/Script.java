package dev.mlinfra.redis.internal;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/** Lua that the server runs as a whole, sent by its digest and in full where that is not known. */
enum Script {
  /**
   * Sets each key to its packed value unless a later event time is there. The time is bytes 8 to
   * 15, signed and big-endian; it is compared byte by byte since Lua's numbers are doubles.
   */
  PUT_IF_NEWER(
      """
      local written = 0
      for k = 1, #KEYS do
        local packed = ARGV[2 * k - 1]
        local known = redis.call('GETRANGE', KEYS[k], 8, 15)
        local older = false
        if #known == 8 then
          for i = 1, 8 do
            local a, b = string.byte(packed, 8 + i), string.byte(known, i)
            if i == 1 then a, b = (a + 128) % 256, (b + 128) % 256 end
            if a ~= b then older = a < b; break end
          end
        end
        if not older then
          redis.call('SET', KEYS[k], packed, 'PXAT', ARGV[2 * k])
          written = written + 1
        end
      end
      return written
      """),

  /** Removes a consumer for which nothing is pending. */
  REMOVE_CONSUMER(
      """
      local pending = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
      if #pending > 0 then return 0 end
      redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
      return 1
      """),

  /**
   * Drops old entries that every group has acknowledged, and keeps the newest ones whatever
   * happened to them. Where no group exists nobody has unfinished entries.
   */
  TRIM(
      """
      local function before(a, b)
        local am, as = string.match(a, '(%d+)-(%d+)')
        local bm, bs = string.match(b, '(%d+)-(%d+)')
        if #am ~= #bm then return #am < #bm end
        if am ~= bm then return am < bm end
        if #as ~= #bs then return #as < #bs end
        return as < bs
      end
      local spare = redis.call('XLEN', KEYS[1]) - tonumber(ARGV[1])
      if spare <= 0 then return 0 end
      local bound = nil
      for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
        local at = {}
        for i = 1, #group, 2 do at[group[i]] = group[i + 1] end
        local done = at['last-delivered-id']
        if at['pending'] > 0 then done = redis.call('XPENDING', KEYS[1], at['name'])[2] end
        if bound == nil or before(done, bound) then bound = done end
      end
      local most = math.min(spare, tonumber(ARGV[2]))
      if bound == nil then
        return redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', ARGV[1], 'LIMIT', most)
      end
      return redis.call('XTRIM', KEYS[1], 'MINID', '~', bound, 'LIMIT', most)
      """),

  /** Counts entries after an id, up to a bound, without sending them. */
  COUNT_AFTER("return #redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])");

  private final String source;
  private final String sha1;

  Script(String source) {
    this.source = source;
    this.sha1 = sha1(source);
  }

  /** Runs the script and waits for the number that it returns. */
  long run(
      RedisLink link, String subject, Duration budget, List<String> keys, byte[]... arguments) {
    String[] names = keys.toArray(String[]::new);
    try {
      return link.call(subject, budget, commands -> send(commands, names, arguments));
    } catch (RuntimeException e) {
      if (!unknown(e)) {
        throw e;
      }
      return link.call(subject, budget, commands -> sendWhole(commands, names, arguments));
    }
  }

  RedisFuture<Long> send(
      RedisAsyncCommands<String, byte[]> commands, String[] keys, byte[]... arguments) {
    return commands.evalsha(sha1, ScriptOutputType.INTEGER, keys, arguments);
  }

  RedisFuture<Long> sendWhole(
      RedisAsyncCommands<String, byte[]> commands, String[] keys, byte[]... arguments) {
    return commands.eval(source, ScriptOutputType.INTEGER, keys, arguments);
  }

  /**
   * Says whether a call failed only because the server does not have the script, after a restart.
   */
  static boolean unknown(RuntimeException e) {
    return e.getCause() != null && RedisErrors.code(e.getCause()).equals("NOSCRIPT");
  }

  private static String sha1(String source) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest(source.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-1", e);
    }
  }
}
