package dev.mlinfra.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ClosedException;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ConflictException;
import dev.mlinfra.error.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresIT {
  @TempDir Path folder;

  @Test
  void answersOnLoopbackAndDeletesItsDataOnClose() throws SQLException {
    EmbeddedPostgres postgres = EmbeddedPostgres.start();
    try (postgres) {
      assertThat(query(postgres, "SHOW server_version")).startsWith("17");
      assertThat(query(postgres, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(query(postgres, "SHOW server_encoding")).isEqualTo("UTF8");
    }
    assertThat(postgres.directory()).doesNotExist();
    assertThatThrownBy(postgres::pid).isInstanceOf(ClosedException.class);
    postgres.close();
  }

  @Test
  void wantsItsPasswordAndShowsItNowhere() throws Exception {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
      Properties wrong = new Properties();
      wrong.setProperty("user", postgres.user());
      wrong.setProperty("password", "wrong");
      assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(), wrong))
          .isInstanceOf(SQLException.class)
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("28P01");
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(postgres.passwordFile())))
          .isEqualTo("rw-------");
      assertThat(postgres.toString()).doesNotContain(postgres.password().reveal());
      assertThat(postgres.directory().resolve("initdb.password")).doesNotExist();
    }
  }

  @Test
  void findsItsDataInAKeptDirectory() throws SQLException {
    Path kept = folder.resolve("deep/kept");
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(kept)) {
      execute(postgres, "CREATE TABLE t AS SELECT 42 AS n");
    }
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(kept)) {
      assertThat(query(postgres, "SELECT n FROM t")).isEqualTo("42");
    }
    assertThat(kept).isDirectory();
  }

  @Test
  void restartsOnTheSamePortAfterAKill() throws SQLException {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
      execute(postgres, "CREATE TABLE t AS SELECT 42 AS n");
      long before = postgres.pid();
      postgres.kill();
      postgres.kill();
      assertThatThrownBy(() -> query(postgres, "SELECT 1")).isInstanceOf(SQLException.class);
      assertThatThrownBy(postgres::stop).isInstanceOf(UnavailableException.class);
      postgres.restart();
      assertThat(postgres.pid()).isNotEqualTo(before);
      assertThat(query(postgres, "SELECT n FROM t")).isEqualTo("42");
      postgres.restart();
      assertThat(query(postgres, "SELECT n FROM t")).isEqualTo("42");
    }
  }

  @Test
  void keepsConnectionsOpenAndSilentWhileStopped() throws SQLException {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
        Connection connection = connect(postgres, 1)) {
      postgres.stop();
      assertThatThrownBy(() -> query(connection, "SELECT 1")).hasMessageContaining("I/O error");
      postgres.cont();
      assertThat(query(postgres, "SELECT 42")).isEqualTo("42");
    }
  }

  @Test
  void killsAndClosesWhatIsStopped() throws SQLException {
    EmbeddedPostgres postgres = EmbeddedPostgres.start();
    try (postgres;
        Connection connection = connect(postgres, 1)) {
      postgres.stop();
      postgres.kill();
      postgres.restart();
      assertThat(query(postgres, "SELECT 42")).isEqualTo("42");
      assertThat(connection.isClosed()).isFalse();
      postgres.stop();
    }
    assertThat(postgres.directory()).doesNotExist();
  }

  @Test
  void takesOverADirectoryWhoseLockNamesAnotherProgram() throws Exception {
    Path kept = folder.resolve("kept");
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(kept)) {
      execute(postgres, "CREATE TABLE t AS SELECT 42 AS n");
      List<String> lock = PostmasterPid.lines(kept.resolve("data"));
      postgres.kill();
      Files.write(
          PostmasterPid.file(kept.resolve("data")),
          lock.stream().map(line -> line.equals(lock.get(0)) ? ownPid() : line).toList());
      postgres.restart();
      assertThat(query(postgres, "SELECT n FROM t")).isEqualTo("42");
    }
  }

  @Test
  void refusesADirectoryThatIsInUse() {
    try (EmbeddedPostgres first = EmbeddedPostgres.start(folder)) {
      assertThatThrownBy(() -> EmbeddedPostgres.start(folder))
          .isInstanceOf(ConflictException.class)
          .hasMessageContaining("in use by process " + ownPid());
      assertThat(ProcessHandle.of(first.pid())).isPresent();
    }
  }

  @Test
  void healsWhatWasStoppedOrKilled() throws SQLException {
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start()) {
      long before = postgres.pid();
      postgres.heal();
      postgres.stop();
      postgres.heal();
      assertThat(postgres.pid()).isEqualTo(before);
      assertThat(query(postgres, "SELECT 42")).isEqualTo("42");
      postgres.kill();
      postgres.heal();
      assertThat(query(postgres, "SELECT 42")).isEqualTo("42");
    }
  }

  @Test
  void refusesDataWhosePasswordIsGone() throws Exception {
    Path passwordFile;
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
      passwordFile = postgres.passwordFile();
    }
    Files.delete(passwordFile);
    assertThatThrownBy(() -> EmbeddedPostgres.start(folder))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(passwordFile.toString());
  }

  @Test
  void takesServerParameters() throws SQLException {
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.builder().setting("max_connections", "7").start()) {
      assertThat(query(postgres, "SHOW max_connections")).isEqualTo("7");
    }
  }

  @Test
  void saysInOneLineWhyItDoesNotStart() {
    assertThatThrownBy(() -> EmbeddedPostgres.builder().setting("max_connections", "none").start())
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("max_connections")
        .hasMessageContaining("postgres.log")
        .hasMessageNotContaining("\n");
  }

  @Test
  void refusesAFileAsDirectory() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> EmbeddedPostgres.start(file)).isInstanceOf(ConfigException.class);
  }

  private static String ownPid() {
    return Long.toString(ProcessHandle.current().pid());
  }

  private static Connection connect(EmbeddedPostgres postgres, int socketTimeoutSeconds)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", postgres.user());
    properties.setProperty("password", postgres.password().reveal());
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("socketTimeout", Integer.toString(socketTimeoutSeconds));
    return DriverManager.getConnection(postgres.jdbcUrl(), properties);
  }

  private static String query(EmbeddedPostgres postgres, String sql) throws SQLException {
    try (Connection connection = connect(postgres, 20)) {
      return query(connection, sql);
    }
  }

  private static String query(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
    try (Connection connection = connect(postgres, 20);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
