package dev.mlinfra.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The binaries of one version of PostgreSQL, unpacked. */
final class PostgresBinaries {
  private static final int FIRST_WITH_BUILTIN_LOCALE = 17;

  private final Path bin;
  private final int version;

  private PostgresBinaries(Path bin) {
    this.bin = bin;
    this.version = version(bin);
  }

  /** Those of a jar, or those on the class path. */
  static PostgresBinaries in(BinaryCache cache, @Nullable Path jar) {
    String archive = Platform.current().postgresArchive();
    Path directory =
        jar == null
            ? cache.unpacked(archive, Archives::unpackTxz)
            : cache.unpacked(archive, resource -> open(jar, resource), Archives::unpackTxz);
    return new PostgresBinaries(directory.resolve("bin"));
  }

  String path(String program) {
    return bin.resolve(program).toString();
  }

  /** The options of initdb for texts in UTF-8 that sort by code point. */
  List<String> locale() {
    return version < FIRST_WITH_BUILTIN_LOCALE
        ? List.of("--encoding=UTF8", "--locale=C")
        : List.of(
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8");
  }

  private static InputStream open(Path jar, String resource) throws IOException {
    URLConnection connection =
        URI.create("jar:" + jar.toUri() + "!/" + resource).toURL().openConnection();
    connection.setUseCaches(false); // so that the jar is closed with the stream
    return connection.getInputStream();
  }

  private static int version(Path bin) {
    Processes.Answer answer = Processes.run(List.of(bin.resolve("postgres").toString(), "-V"));
    String number = answer.output().strip().replaceFirst("(?s).*\\(PostgreSQL\\) (\\d+).*", "$1");
    return number.matches("\\d{1,4}") ? Integer.parseInt(number) : FIRST_WITH_BUILTIN_LOCALE;
  }
}
