package dev.mlinfra.integration;

import dev.mlinfra.embedded.RedisServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Talks to Redis as {@code redis-cli} would, past the library. Not thread-safe. */
final class RespClient implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  RespClient(RedisServer server) {
    try {
      this.socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
      this.in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    call("AUTH", server.password().reveal());
  }

  /**
   * Sends a command.
   *
   * @param words texts, or {@code byte[]} for bytes
   * @return a text, a {@link Long}, a list of these, or null
   */
  Object call(Object... words) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(ascii("*" + words.length + "\r\n"));
      for (Object word : words) {
        byte[] bytes =
            word instanceof byte[] raw ? raw : word.toString().getBytes(StandardCharsets.UTF_8);
        out.writeBytes(ascii("$" + bytes.length + "\r\n"));
        out.writeBytes(bytes);
        out.writeBytes(ascii("\r\n"));
      }
      socket.getOutputStream().write(out.toByteArray());
      return reply();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long number(Object... words) {
    return (Long) call(words);
  }

  /** A reply that is a list, its parts as text. */
  List<String> texts(Object... words) {
    return ((List<?>) call(words)).stream().map(String::valueOf).toList();
  }

  /** A reply of names and values in turn, looked up by name. */
  static Object field(Object reply, String name) {
    List<?> parts = (List<?>) reply;
    return parts.get(parts.indexOf(name) + 1);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Object reply() throws IOException {
    String line = line();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+' -> rest;
      case ':' -> Long.valueOf(rest);
      case '$' -> bulk(Integer.parseInt(rest));
      case '*' -> list(Integer.parseInt(rest));
      default -> throw new IOException("redis answered " + line);
    };
  }

  private Object bulk(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    byte[] bytes = in.readNBytes(length);
    in.skipNBytes(2);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private Object list(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    List<Object> parts = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      parts.add(reply());
    }
    return parts;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\r'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("redis closed the connection");
      }
      line.append((char) c);
    }
    in.skipNBytes(1);
    return line.toString();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
