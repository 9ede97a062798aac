package dev.mlinfra.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A TCP proxy on loopback that drops everything once so many bytes went to the server. */
final class FaultyProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final int serverPort;
  private final AtomicLong allowedBytes = new AtomicLong(Long.MAX_VALUE);
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  private FaultyProxy(int serverPort) throws IOException {
    this.serverPort = serverPort;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  static FaultyProxy to(int serverPort) {
    try {
      return new FaultyProxy(serverPort);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** From now on, cuts all connections after so many bytes and refuses new ones. */
  void cutAfter(long bytes) {
    allowedBytes.set(bytes);
  }

  void heal() {
    allowedBytes.set(Long.MAX_VALUE);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        sockets.add(client);
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        sockets.add(server);
        start(() -> copy(client, server, allowedBytes));
        start(() -> copy(server, client, new AtomicLong(Long.MAX_VALUE)));
      } catch (IOException e) {
        cut();
      }
    }
  }

  private void copy(Socket from, Socket to, AtomicLong allowed) {
    byte[] buffer = new byte[16 * 1024];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (allowed.addAndGet(-read) < 0) {
          cut();
          return;
        }
        out.write(buffer, 0, read);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      cut();
    }
  }

  private void cut() {
    for (Socket socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    sockets.clear();
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "faulty-proxy");
    thread.setDaemon(true);
    thread.start();
  }
}
