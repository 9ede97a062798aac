package dev.mlinfra.embedded;

import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks a Redis whether it serves, with the two commands of its protocol that this takes. */
final class RedisPing {
  private static final int TIMEOUT_MILLIS = 1_000;

  private final InetSocketAddress address;
  private final byte[] request;

  RedisPing(int port, Secret password) {
    this.address = new InetSocketAddress(Ports.loopback(), port);
    this.request =
        ("AUTH " + password.reveal() + "\r\nPING\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** Says whether it took the password and has its data loaded. */
  boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(address, TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(request);
      InputStream in = socket.getInputStream();
      return line(in).equals("+OK") && line(in).equals("+PONG");
    } catch (IOException e) {
      return false; // not yet
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
