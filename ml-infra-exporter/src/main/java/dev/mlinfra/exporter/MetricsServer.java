package dev.mlinfra.exporter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mlinfra.spi.runtime.Daemons;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Supplier;

/**
 * Serves /metrics and /health to a few readers at a time; more are turned away. Readers that are
 * slow to ask or to take the answer are cut off.
 */
final class MetricsServer implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int WAITING = 16;
  private static final String SECONDS = "10";

  static {
    // read once, when the JDK's server is loaded
    System.setProperty("sun.net.httpserver.maxReqTime", SECONDS);
    System.setProperty("sun.net.httpserver.maxRspTime", SECONDS);
    System.setProperty("jdk.httpserver.maxConnections", "64");
  }

  private final HttpServer server;
  private final ThreadPoolExecutor pool;

  MetricsServer(
      InetSocketAddress listen,
      Supplier<String> metrics,
      Supplier<Map<String, Optional<String>>> health)
      throws IOException {
    this.server = HttpServer.create(listen, WAITING);
    this.pool =
        Daemons.pool(
            Daemons.numbered("ml-infra-exporter-serve"),
            THREADS,
            new ArrayBlockingQueue<>(WAITING));
    server.setExecutor(pool);
    server.createContext(
        "/metrics", exchange -> answer(exchange, "/metrics", Exposition.CONTENT_TYPE, metrics));
    server.createContext(
        "/health",
        exchange -> answer(exchange, "/health", "application/json", () -> json(health.get())));
    server.createContext(
        "/", exchange -> answer(exchange, "/", "text/plain", () -> "/metrics\n/health\n"));
  }

  void start() {
    server.start();
  }

  InetSocketAddress address() {
    return server.getAddress();
  }

  private static void answer(
      HttpExchange exchange, String path, String type, Supplier<String> content)
      throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (!exchange.getRequestURI().getPath().equals(path)) {
        exchange.sendResponseHeaders(404, -1);
      } else if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(405, -1);
      } else {
        byte[] body = content.get().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean head = method.equals("HEAD");
        exchange.sendResponseHeaders(200, head ? -1 : body.length);
        if (!head) {
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        }
      }
    }
  }

  /** The exporter is healthy while it answers; what it probes may be down. */
  private static String json(Map<String, Optional<String>> faults) {
    ObjectNode root = JsonNodeFactory.instance.objectNode().put("status", "UP");
    ObjectNode probes = root.putObject("probes");
    faults.forEach((probe, fault) -> probes.put(probe, fault.orElse("ok")));
    return root + "\n";
  }

  @Override
  public void close() {
    server.stop(0);
    pool.shutdownNow();
  }
}
