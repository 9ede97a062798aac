package dev.mlinfra.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.UUID;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** Ends TLS in front of a server, with a certificate made for the test. */
final class TlsFront implements AutoCloseable {
  private final SSLServerSocket listener;
  private final int target;
  private final Path certificate;

  /** Makes a certificate for a name, as {@code ip:127.0.0.1}. */
  TlsFront(Path directory, RedisServer server, String name) {
    this.target = server.port();
    String password = UUID.randomUUID().toString();
    Path store = directory.resolve(UUID.randomUUID() + ".p12");
    keytool(store, password, name);
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, password.toCharArray());
      certificate = directory.resolve(store.getFileName() + ".pem");
      String body =
          Base64.getMimeEncoder().encodeToString(keys.getCertificate("front").getEncoded());
      Files.writeString(
          certificate, "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
      KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
      managers.init(keys, password.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      listener =
          (SSLServerSocket)
              context
                  .getServerSocketFactory()
                  .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    daemon(this::accept);
  }

  String url() {
    return "rediss://127.0.0.1:" + listener.getLocalPort();
  }

  Path certificate() {
    return certificate;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        daemon(() -> pump(client, server));
        daemon(() -> pump(server, client));
      } catch (IOException e) {
        // closed, or a client that did not trust us
      }
    }
  }

  private static void pump(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // one side has gone
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "tls-front");
    thread.setDaemon(true);
    thread.start();
  }

  private static void keytool(Path store, String password, String name) {
    String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    try {
      Process made =
          new ProcessBuilder(
                  tool,
                  "-genkeypair",
                  "-alias",
                  "front",
                  "-keyalg",
                  "EC",
                  "-dname",
                  "CN=front",
                  "-ext",
                  "san=" + name,
                  "-ext",
                  "bc:c",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  store.toString(),
                  "-storepass",
                  password)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (made.waitFor() != 0) {
        throw new IllegalStateException("keytool ended with " + made.exitValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
