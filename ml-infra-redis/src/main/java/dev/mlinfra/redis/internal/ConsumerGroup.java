package dev.mlinfra.redis.internal;

import io.lettuce.core.Consumer;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * One consumer's place in a group, and the commands that need nothing more.
 *
 * @param link a connection that only this consumer uses
 * @param stream the stream's key
 * @param group the group
 * @param name the consumer
 * @param budget longest wait for an answer
 */
record ConsumerGroup(RedisLink link, String stream, String group, String name, Duration budget) {
  private static final int ACK_IDS = 1_000;

  Consumer<String> consumer() {
    return Consumer.from(group, name);
  }

  /** What is being done, for messages. */
  String subject(String action) {
    return action + " of group '" + group + "' on stream '" + stream + "'";
  }

  <T> T call(String action, Function<RedisAsyncCommands<String, byte[]>, RedisFuture<T>> command) {
    return link.call(subject(action), budget, command);
  }

  void ack(List<String> ids) {
    link.pipeline(
        subject("acknowledgement"),
        budget,
        connection -> {
          List<RedisFuture<Long>> sent = new ArrayList<>();
          for (int from = 0; from < ids.size(); from += ACK_IDS) {
            List<String> part = ids.subList(from, Math.min(from + ACK_IDS, ids.size()));
            sent.add(connection.async().xack(stream, group, part.toArray(String[]::new)));
          }
          return sent;
        });
  }

  /** Makes stream and group where they are missing. */
  static void create(
      RedisLink link,
      String subject,
      Duration timeout,
      String stream,
      String group,
      StreamId after) {
    try {
      link.call(
          subject,
          timeout,
          commands ->
              commands.xgroupCreate(
                  StreamOffset.from(stream, after.toString()),
                  group,
                  XGroupCreateArgs.Builder.mkstream()));
    } catch (RuntimeException e) {
      if (e.getCause() == null || !RedisErrors.code(e.getCause()).equals("BUSYGROUP")) {
        throw e;
      }
    }
  }

  /** Removes a consumer for which nothing is pending. */
  boolean remove(String consumerName) {
    return Script.REMOVE_CONSUMER.run(
            link,
            subject("removal of consumer '" + consumerName + "'"),
            budget,
            List.of(stream),
            TextFields.utf8(group),
            TextFields.utf8(consumerName))
        == 1;
  }
}
