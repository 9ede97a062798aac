package dev.mlinfra.benchmarks.peers.host;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Requests on a fixed schedule over connections that are kept; latency counts from the schedule.
 */
final class Requests {
  private static final int CONNECTIONS = 8;

  private Requests() {}

  /** Sends them and returns the latencies in nanoseconds. */
  static Histogram send(int port, String path, int perSecond, int seconds)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
    try {
      List<Future<Histogram>> parts = new ArrayList<>();
      long start = System.nanoTime() + 10_000_000;
      long between = CONNECTIONS * 1_000_000_000L / perSecond;
      for (int i = 0; i < CONNECTIONS; i++) {
        long first = start + i * between / CONNECTIONS;
        parts.add(
            threads.submit(
                () -> connection(port, path, first, between, perSecond * seconds / CONNECTIONS)));
      }
      Histogram all = histogram();
      for (Future<Histogram> part : parts) {
        all.add(part.get());
      }
      return all;
    } finally {
      threads.shutdown();
    }
  }

  private static Histogram connection(int port, String path, long first, long between, int count)
      throws IOException {
    Histogram nanos = histogram();
    byte[] request =
        ("GET /" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      InputStream input = socket.getInputStream();
      byte[] buffer = new byte[1_024];
      long due = first;
      for (int i = 0; i < count; i++, due += between) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        socket.getOutputStream().write(request);
        readAnswer(input, buffer);
        nanos.recordValue(System.nanoTime() - due);
      }
    }
    return nanos;
  }

  /** Up to the end of the body, whose length the head says. */
  private static void readAnswer(InputStream input, byte[] buffer) throws IOException {
    int end = 0;
    int whole = Integer.MAX_VALUE;
    while (end < whole) {
      int more = input.read(buffer, end, buffer.length - end);
      if (more < 0) {
        throw new IOException("the server closed the connection");
      }
      end += more;
      String text = new String(buffer, 0, end, StandardCharsets.ISO_8859_1);
      int body = text.indexOf("\r\n\r\n");
      if (body >= 0) {
        int at = text.indexOf("ontent-length: ") + "ontent-length: ".length();
        whole = body + 4 + Integer.parseInt(text.substring(at, text.indexOf('\r', at)));
      }
    }
  }

  private static Histogram histogram() {
    return new Histogram(TimeUnit.MINUTES.toNanos(5), 3);
  }
}
