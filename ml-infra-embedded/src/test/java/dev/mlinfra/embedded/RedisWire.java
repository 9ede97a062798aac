package dev.mlinfra.embedded;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Speaks to Redis without a driver. */
final class RedisWire {
  private RedisWire() {}

  /** Sends one inline command and returns the raw answer. */
  static String ask(EmbeddedRedis redis, String command) throws IOException {
    try (Socket socket = new Socket(Ports.loopback(), redis.port())) {
      socket.setSoTimeout(5_000);
      String request = "AUTH " + redis.password().reveal() + "\r\n" + command + "\r\nQUIT\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
