package dev.mlinfra.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.Arrays;
import java.util.List;

/** What a person at {@code redis-cli} sees and does. */
final class Cli implements AutoCloseable {
  private final RedisClient client;
  private final StatefulRedisConnection<String, String> connection;

  Cli(RedisServer server) {
    this(RedisURI.create(server.url()));
  }

  Cli(RedisServer server, String user, String password) {
    this(login(RedisURI.create(server.url()), user, password));
  }

  private Cli(RedisURI uri) {
    client = RedisClient.create(uri);
    connection = client.connect();
  }

  RedisCommands<String, String> redis() {
    return connection.sync();
  }

  /**
   * Makes a user as {@code ACL SETUSER} takes it, with a password in the place of the example's.
   */
  void acl(String rules, String password) {
    String[] words = rules.split("\\s+", -1);
    for (int i = 0; i < words.length; i++) {
      words[i] = words[i].startsWith(">") ? ">" + password : words[i];
    }
    aclSet(words[0], Arrays.copyOfRange(words, 1, words.length));
  }

  void aclSet(String user, String... rules) {
    CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8).add("SETUSER").add(user);
    List.of(rules).forEach(args::add);
    connection.sync().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), args);
  }

  private static RedisURI login(RedisURI uri, String user, String password) {
    return RedisURI.builder(uri).withAuthentication(user, password.toCharArray()).build();
  }

  @Override
  public void close() {
    connection.close();
    client.shutdown();
  }
}
