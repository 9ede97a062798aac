package dev.mlinfra.redis.internal;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Commands that reach the server in one write instead of one each. Not thread-safe. */
final class Batch {
  private final List<AsyncCommand<String, byte[], String>> commands = new ArrayList<>();

  /** Adds an entry to a stream; the answer is its id. */
  Batch xadd(String stream, Map<String, byte[]> fields) {
    CommandArgs<String, byte[]> args = new CommandArgs<>(RedisDriver.CODEC).addKey(stream).add("*");
    fields.forEach((name, value) -> args.addKey(name).addValue(value));
    return add(CommandType.XADD, args);
  }

  /** Sets a key for a while. */
  Batch set(String key, byte[] value, Duration ttl) {
    return add(
        CommandType.SET,
        new CommandArgs<>(RedisDriver.CODEC)
            .addKey(key)
            .addValue(value)
            .add("PX")
            .add(Math.max(1, ttl.toMillis())));
  }

  private Batch add(CommandType type, CommandArgs<String, byte[]> args) {
    commands.add(
        new AsyncCommand<>(new Command<>(type, new StatusOutput<>(RedisDriver.CODEC), args)));
    return this;
  }

  /** Sends all and returns their answers to come, in order. */
  List<AsyncCommand<String, byte[], String>> send(
      StatefulRedisConnection<String, byte[]> connection) {
    connection.dispatch(commands);
    return commands;
  }
}
