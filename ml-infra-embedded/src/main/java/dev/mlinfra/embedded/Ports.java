package dev.mlinfra.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** Free ports on loopback. */
final class Ports {
  static final String HOST = "127.0.0.1";

  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  /** How often a server may find that another process was quicker. */
  static final int TRIES = 5;

  private Ports() {}

  /** A port that is free now; the server that takes it must be ready to lose a race. */
  static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, loopback())) {
      return socket.getLocalPort();
    }
  }

  /** The address of {@link #HOST}, whatever the JVM prefers. */
  static InetAddress loopback() {
    try {
      return InetAddress.getByAddress(LOOPBACK);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
