package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.decision.Decision;
import java.util.List;
import org.hibernate.SessionFactory;
import org.hibernate.cfg.Configuration;

/**
 * Hibernate with batches, persisting new entities; {@code saveAll} of Spring Data would first
 * select each.
 */
final class HibernateWay implements Way {
  private final SessionFactory factory;
  private long sequence;

  HibernateWay(Server server) {
    this.factory =
        new Configuration()
            .addAnnotatedClass(DecisionEntity.class)
            .setProperty("hibernate.connection.url", server.url())
            .setProperty("hibernate.connection.username", server.user())
            .setProperty("hibernate.connection.password", server.password())
            .setProperty("hibernate.jdbc.batch_size", String.valueOf(Sql.STATEMENT_ROWS))
            .setProperty("hibernate.order_inserts", "true")
            .buildSessionFactory();
  }

  @Override
  public void store(List<Decision> decisions) {
    for (List<Decision> chunk : Sql.chunks(decisions, Sql.COMMIT_ROWS)) {
      factory.inTransaction(
          session -> {
            for (List<Decision> rows : Sql.chunks(chunk, Sql.STATEMENT_ROWS)) {
              rows.forEach(row -> session.persist(DecisionEntity.of(row, ++sequence)));
              session.flush();
              session.clear();
            }
          });
    }
  }

  @Override
  public void close() {
    factory.close();
  }
}
