package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.decision.Decision;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** The limit: one round trip and a commit that has next to nothing to write. */
final class EmptyCommitWay implements Way {
  private final Connection connection;
  private final PreparedStatement statement;

  EmptyCommitWay(Server server) throws SQLException {
    this.connection = server.connect();
    connection.setAutoCommit(true);
    this.statement =
        connection.prepareStatement("SELECT pg_logical_emit_message(true, 'bench', '')");
  }

  @Override
  public void store(List<Decision> decisions) throws SQLException {
    statement.execute();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
