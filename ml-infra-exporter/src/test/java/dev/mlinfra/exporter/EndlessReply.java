package dev.mlinfra.exporter;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A Redis whose every reply is a text without end. */
final class EndlessReply implements AutoCloseable {
  private static final byte[] BLOCK = "x".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);

  private final ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());

  EndlessReply() throws IOException {
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        start(() -> answer(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private static void answer(Socket socket) {
    try (socket;
        OutputStream out = socket.getOutputStream()) {
      socket.getInputStream().read();
      out.write("$2000000000\r\n".getBytes(StandardCharsets.US_ASCII));
      while (true) {
        out.write(BLOCK);
      }
    } catch (IOException e) {
      // the other side had enough
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "endless-reply");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
