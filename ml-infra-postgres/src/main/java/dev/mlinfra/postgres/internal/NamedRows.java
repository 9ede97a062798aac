package dev.mlinfra.postgres.internal;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.postgres.internal.ForgottenFilter.Names;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.LoggedDecision;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Whom the rows of a table name: decisions their subject, others their decision. */
final class NamedRows {
  static final CopyTable.Naming<LoggedDecision> DECISIONS =
      new CopyTable.Naming<>() {
        @Override
        public Names of(List<LoggedDecision> batch) {
          Set<String> subjects = new HashSet<>();
          batch.forEach(row -> row.decision().subject().ifPresent(subjects::add));
          return new Names(subjects, Set.of());
        }

        @Override
        public Names of(EncodedRows rows) {
          Set<String> subjects = new HashSet<>();
          for (int row = 0; row < rows.count(); row++) {
            String subject = RowReader.lastText(rows, row);
            if (subject != null) {
              subjects.add(subject);
            }
          }
          return new Names(subjects, Set.of());
        }
      };

  static final CopyTable.Naming<Feedback> FEEDBACK =
      ofDecisions(Feedback::decisionId, RowReader::secondId);

  static final CopyTable.Naming<Activation> ACTIVATIONS =
      ofDecisions(Activation::decisionId, RowReader::id);

  private NamedRows() {}

  private static <T> CopyTable.Naming<T> ofDecisions(
      Function<T, UUID> ofValue, BiFunction<EncodedRows, Integer, UUID> ofRow) {
    return new CopyTable.Naming<>() {
      @Override
      public Names of(List<T> batch) {
        Set<UUID> decisions = new HashSet<>();
        batch.forEach(row -> decisions.add(ofValue.apply(row)));
        return new Names(Set.of(), decisions);
      }

      @Override
      public Names of(EncodedRows rows) {
        Set<UUID> decisions = new HashSet<>();
        for (int row = 0; row < rows.count(); row++) {
          decisions.add(ofRow.apply(rows, row));
        }
        return new Names(Set.of(), decisions);
      }
    };
  }
}
