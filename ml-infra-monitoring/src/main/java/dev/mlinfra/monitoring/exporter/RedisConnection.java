package dev.mlinfra.monitoring.exporter;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.check.Faults;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection that speaks RESP2. A reply is a String, a Long, a List of replies or {@link #NIL};
 * an error in a list is its text. Not thread-safe.
 */
final class RedisConnection implements AutoCloseable {
  /** What Redis answers for nothing. */
  static final String NIL = "";

  private static final Logger LOG = LoggerFactory.getLogger(RedisConnection.class);
  private static final int MAX_BYTES = 16 << 20;
  private static final int MAX_ITEMS = 1_000_000;

  private final RedisOptions options;
  private final Deadline deadline;
  private final Socket socket;
  private final InputStream in;

  private RedisConnection(RedisOptions options, Deadline deadline, Socket socket)
      throws IOException {
    this.options = options;
    this.deadline = deadline;
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 1 << 14);
  }

  static RedisConnection open(RedisOptions options, Deadline deadline) {
    Socket socket = new Socket();
    try {
      int millis = (int) deadline.left(options.subject()).toMillis();
      socket.connect(new InetSocketAddress(options.url().getHost(), options.port()), millis);
      socket.setSoTimeout(millis);
      RedisConnection connection =
          new RedisConnection(
              options, deadline, options.tls() ? encrypted(socket, options) : socket);
      connection.login();
      return connection;
    } catch (IOException e) {
      close(socket);
      throw failure(options, deadline, e);
    } catch (MlInfraException e) {
      close(socket);
      throw e;
    }
  }

  private static Socket encrypted(Socket plain, RedisOptions options) throws IOException {
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    SSLSocket socket =
        (SSLSocket) factory.createSocket(plain, options.url().getHost(), options.port(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private void login() {
    options
        .password()
        .ifPresent(
            password -> {
              if (options.user().isPresent()) {
                call("AUTH", options.user().get(), password.reveal());
              } else {
                call("AUTH", password.reveal());
              }
            });
    if (!options.database().equals("0")) {
      call("SELECT", options.database());
    }
  }

  String text(String... command) {
    Object reply = call(command);
    return reply instanceof String text ? text : reply.toString();
  }

  long number(String... command) {
    return call(command) instanceof Long number ? number : 0;
  }

  List<?> list(String... command) {
    return call(command) instanceof List<?> list ? list : List.of();
  }

  Object call(String... command) {
    try {
      socket.setSoTimeout((int) deadline.left(options.subject()).toMillis());
      socket.getOutputStream().write(encode(command));
      Object reply = read(0);
      if (reply instanceof RespError error) {
        throw refusal(command[0], error);
      }
      return reply;
    } catch (IOException e) {
      throw failure(options, deadline, e);
    }
  }

  private static byte[] encode(String... command) {
    StringBuilder text = new StringBuilder("*").append(command.length).append("\r\n");
    for (String part : command) {
      int length = part.getBytes(StandardCharsets.UTF_8).length;
      text.append('$').append(length).append("\r\n").append(part).append("\r\n");
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private Object read(int depth) throws IOException {
    String line = line();
    String rest = line.isEmpty() ? "" : line.substring(1);
    return switch (line.isEmpty() ? ' ' : line.charAt(0)) {
      case '+' -> rest;
      case '-' -> new RespError(rest);
      case ':' -> count(rest);
      case '$' -> bulk(count(rest));
      case '*' -> items(count(rest), depth);
      default -> throw unexpected(line);
    };
  }

  private Object bulk(long length) throws IOException {
    if (length < 0) {
      return NIL;
    }
    if (length > MAX_BYTES) {
      throw unexpected("a reply of " + length + " bytes");
    }
    byte[] bytes = in.readNBytes((int) length);
    if (bytes.length < length || in.readNBytes(2).length < 2) {
      throw new EOFException("the connection ended within a reply");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private List<Object> items(long count, int depth) throws IOException {
    if (count > MAX_ITEMS || depth > 8) {
      throw unexpected("a list of " + count + " replies at depth " + depth);
    }
    List<Object> items = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      items.add(read(depth + 1));
    }
    return items;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (line.length() > 1_000) {
        throw unexpected(line.toString());
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private long count(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw unexpected(digits);
    }
  }

  private CorruptDataException unexpected(String found) {
    return new CorruptDataException(
        Faults.line(
            options.subject() + " reply", found, "must be RESP", "check that it is a Redis"));
  }

  private MlInfraException refusal(String command, RespError error) {
    String message = options.subject() + " refused " + command + " (" + error.text() + "); ";
    return error.text().matches("(LOADING|BUSY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN).*")
        ? new UnavailableException(message + "it will be asked again")
        : new ConfigException(message + "check redis.user, its password and its rights");
  }

  private static MlInfraException failure(
      RedisOptions options, Deadline deadline, IOException cause) {
    if (cause instanceof SocketTimeoutException) {
      return deadline.timedOut(options.subject(), cause);
    }
    return new UnavailableException(
        options.subject()
            + " could not be reached ("
            + cause.getMessage()
            + "); check that the server runs and its address",
        cause);
  }

  @Override
  public void close() {
    close(socket);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("closing failed", e);
    }
  }

  private record RespError(String text) {}
}
