package dev.mlinfra.integration;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * Stands between a client and a server on loopback and breaks the line in the ways that networks
 * do. Thread-safe.
 */
final class FaultProxy implements AutoCloseable {
  private static final int HALF_A_BATCH = 4_096;

  /** The end of a transaction, or of a copy that is one of its own: ready, and in none. */
  private static final Pattern COMMITTED = Pattern.compile("COMMIT\0|COPY \\d+\0Z\0\0\0\5I");

  private final int serverPort;
  private final ServerSocket door;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final AtomicInteger repliesToSwallow = new AtomicInteger();
  private volatile Pattern swallowed = COMMITTED;
  private volatile boolean silent;
  private volatile boolean silentMidBatch;

  FaultProxy(int serverPort) {
    this.serverPort = serverPort;
    try {
      this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  /** From now on nothing is forwarded and nothing is closed, on old connections and on new ones. */
  void silence() {
    silent = true;
  }

  /** The same, as soon as half of a large write has been forwarded. */
  void silenceMidBatch() {
    silentMidBatch = true;
  }

  boolean isSilent() {
    return silent;
  }

  /** Ends the connections that fell silent, as keep-alive does in the end; new ones work. */
  void heal() {
    synchronized (this) {
      silentMidBatch = false; // no batch may have come
      silent = false;
    }
    links.forEach(Link::close);
  }

  private synchronized boolean fallsSilent() {
    silent |= silentMidBatch;
    silentMidBatch = false;
    return silent;
  }

  /** Cuts the next connections on which the server says this, before the client hears it. */
  void swallowReply(String text, int times) {
    swallowReply(Pattern.compile(text, Pattern.LITERAL), times);
  }

  /** The same for what the server says when it has committed. */
  void swallowCommits(int times) {
    swallowReply(COMMITTED, times);
  }

  private void swallowReply(Pattern text, int times) {
    swallowed = text;
    repliesToSwallow.set(times);
  }

  int repliesLeftToSwallow() {
    return repliesToSwallow.get();
  }

  @Override
  public void close() {
    try {
      door.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    links.forEach(Link::close);
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        forward(door.accept());
      } catch (IOException e) {
        // closed: the loop ends
      }
    }
  }

  private void forward(Socket client) throws IOException {
    try {
      Link link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), serverPort));
      links.add(link);
      daemon(link::toServer);
      daemon(link::toClient);
    } catch (IOException e) {
      client.close();
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "fault-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  /** One connection and its two directions. */
  private final class Link {
    private final Socket client;
    private final Socket server;
    private volatile boolean dead;

    private Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    private void toServer() {
      pump(client, server, true);
    }

    private void toClient() {
      pump(server, client, false);
    }

    private void pump(Socket from, Socket to, boolean request) {
      byte[] bytes = new byte[64 << 10];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
          if (silent || dead) {
            dead = true;
            continue;
          }
          if (request && silentMidBatch && read > HALF_A_BATCH && fallsSilent()) {
            dead = true;
            out.write(bytes, 0, read / 2);
            continue;
          }
          if (!request && swallows(bytes, read)) {
            break;
          }
          out.write(bytes, 0, read);
        }
      } catch (IOException e) {
        // one side is gone, so the other goes too
      }
      if (!dead) {
        close();
      }
    }

    private boolean swallows(byte[] bytes, int length) {
      return repliesToSwallow.get() > 0
          && swallowed.matcher(new String(bytes, 0, length, StandardCharsets.ISO_8859_1)).find()
          && repliesToSwallow.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    private void close() {
      links.remove(this);
      try (client;
          server) {
        dead = true;
      } catch (IOException e) {
        // nothing more can be done for a socket
      }
    }
  }
}
