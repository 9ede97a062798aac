package dev.mlinfra.embedded;

import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The few commands that looking after a Redis takes, without a driver. */
final class RedisTalk {
  private static final int PING_MILLIS = 1_000;
  private static final int FLUSH_MILLIS = 30_000;

  private final InetSocketAddress address;
  private final Secret password;

  RedisTalk(int port, Secret password) {
    this.address = new InetSocketAddress(Ports.loopback(), port);
    this.password = password;
  }

  /** Says whether it takes the password and has its data loaded. */
  boolean answers() {
    try {
      say(PING_MILLIS, List.of("PING"), "+PONG");
      return true;
    } catch (IOException e) {
      return false; // not yet
    }
  }

  /** Empties one of its databases. */
  void flush(int database) throws IOException {
    say(FLUSH_MILLIS, List.of("SELECT " + database, "FLUSHDB"), "+OK");
  }

  private void say(int timeoutMillis, List<String> commands, String expected) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(address, timeoutMillis);
      socket.setSoTimeout(timeoutMillis);
      String request =
          "AUTH " + password.reveal() + "\r\n" + String.join("\r\n", commands) + "\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      expect("+OK", line(in));
      for (int i = 0; i < commands.size(); i++) {
        expect(expected, line(in));
      }
    }
  }

  private static void expect(String expected, String answer) throws IOException {
    if (!answer.equals(expected)) {
      throw new IOException("redis answered '" + answer + "'");
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
