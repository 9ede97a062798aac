package dev.mlinfra.postgres.internal.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PgErrorsTest {
  @ParameterizedTest
  @ValueSource(strings = {"22021", "22P02", "22003", "23502", "23505", "23514", "54000"})
  void blamesTheRowForDataThatCanNeverBeStored(String state) {
    MlInfraException e = translate(new SQLException("no", state));
    assertThat(e).isInstanceOf(CorruptDataException.class).hasMessageContaining(state);
    assertThat(e.retryable()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "08001", "08006", "25006", "28P01", "28000", "3D000", "3F000", "40001", "40P01", "42501",
        "42P01", "53100", "53200", "53300", "57P01", "57P03", "58030", "XX000"
      })
  void triesAgainWhateverAnOperatorCanRepair(String state) {
    MlInfraException e = translate(new SQLException("no", state));
    assertThat(e).isInstanceOf(UnavailableException.class).hasMessageContaining(state);
    assertThat(e.retryable()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"57014", "55P03"})
  void tellsATimeOut(String state) {
    assertThat(translate(new SQLException("no", state))).isInstanceOf(TimedOutException.class);
  }

  @Test
  void tellsATimeOutOfTheSocketByItsCause() {
    SQLException e = new SQLException("io", "08006", new SocketTimeoutException("read"));
    assertThat(translate(e)).isInstanceOf(TimedOutException.class).hasCause(e);
  }

  @Test
  void showsWhatTheServerSaidRatherThanThePool() {
    SQLException cause = new SQLException("FATAL: starting up", "57P03");
    assertThat(translate(new SQLTransientConnectionException("pool", null, cause)))
        .hasMessage(
            "decisions failed at postgres 'db:5432/ml' (SQLState 57P03: FATAL: starting up);"
                + " try again");
  }

  @Test
  void staysOnOneLineOfBoundedLength() {
    String message =
        translate(new SQLException("a\n  b\r\n" + "x".repeat(9_000), "XX000")).getMessage();
    assertThat(message).contains("a; b; x").doesNotContain("\n").hasSizeLessThan(500);
  }

  @Test
  void takesAMissingRightInTheSchemaForAMistake() {
    assertThat(PgErrors.schema("db:5432/ml", "ml_learning", new SQLException("no", "42501")))
        .isInstanceOf(ConfigException.class);
  }

  private static MlInfraException translate(SQLException e) {
    return PgErrors.of("db:5432/ml", "decisions", e);
  }
}
