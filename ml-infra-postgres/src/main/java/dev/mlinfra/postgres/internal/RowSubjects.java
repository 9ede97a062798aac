package dev.mlinfra.postgres.internal;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.postgres.internal.ForgottenFilter.Names;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.LoggedDecision;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whom the rows of a table name: decisions their subject, or what they shadow; others their
 * decision.
 */
final class RowSubjects {
  private static final int MODE = 3;
  private static final String SHADOW = DecisionMode.SHADOW.name();

  static final CopyTable.Naming<LoggedDecision> DECISIONS =
      new CopyTable.Naming<>() {
        @Override
        public Names of(List<LoggedDecision> batch) {
          Named named = new Named();
          for (LoggedDecision row : batch) {
            Decision decision = row.decision();
            named.add(decision.subject().orElse(null), decision.mode().name(), decision::id);
          }
          return named.names();
        }

        @Override
        public Names of(EncodedRows rows) {
          Named named = new Named();
          for (int i = 0; i < rows.count(); i++) {
            int row = i;
            named.add(
                RowReader.lastText(rows, row),
                RowReader.text(rows, row, MODE),
                () -> RowReader.id(rows, row));
          }
          return named.names();
        }

        @Override
        public String key(EncodedRows rows, int row) {
          UUID id = RowReader.id(rows, row);
          return SHADOW.equals(RowReader.text(rows, row, MODE))
              ? DeadLetter.idOf(id, DecisionMode.SHADOW, RowReader.time(rows, row))
              : id.toString();
        }
      };

  static final CopyTable.Naming<Feedback> FEEDBACK =
      ofDecisions(Feedback::decisionId, RowReader::secondId);

  static final CopyTable.Naming<Activation> ACTIVATIONS =
      ofDecisions(Activation::decisionId, RowReader::id);

  private RowSubjects() {}

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

  /** Collects whom decisions name. A shadow may name nobody: what it shadows does, by its id. */
  private static final class Named {
    private final Set<String> subjects = new HashSet<>();
    private final Set<UUID> decisions = new HashSet<>();

    void add(@Nullable String subject, @Nullable String mode, Supplier<UUID> id) {
      if (subject != null) {
        subjects.add(subject);
      } else if (SHADOW.equals(mode)) {
        decisions.add(id.get());
      }
    }

    Names names() {
      return new Names(subjects, decisions);
    }
  }
}
