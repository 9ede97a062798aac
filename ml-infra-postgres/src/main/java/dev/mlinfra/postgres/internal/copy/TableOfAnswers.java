package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.postgres.internal.copy.Column.Before;
import dev.mlinfra.postgres.internal.copy.ForgottenFilter.Names;
import dev.mlinfra.spi.EncodedRows;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Rows that belong to a decision, and are forgotten with it. */
final class TableOfAnswers<T> extends CopiedTable<T> {
  private static final String DECISION = "decision_id";

  private final Function<T, UUID> decision;

  private TableOfAnswers(
      String content, String origin, Columns<T> columns, String id, Function<T, UUID> decision) {
    super(content, origin, columns, id);
    this.decision = decision;
  }

  static TableOfAnswers<Feedback> feedback(String source) {
    byte[] by = source.getBytes(StandardCharsets.UTF_8);
    Columns<Feedback> columns =
        new Columns<>(
            List.of(
                new Column<>("feedback_id", (to, it, rows, at) -> to.uuid(it.id())),
                new Column<>(DECISION, (to, it, rows, at) -> to.uuid(it.decisionId())),
                new Column<>("kind", (to, it, rows, at) -> to.text(it.kind())),
                new Column<>("reward", (to, it, rows, at) -> to.float8(it.reward())),
                new Column<>("label", (to, it, rows, at) -> to.text(it.label().orElse(null))),
                new Column<>("observed_at", (to, it, rows, at) -> to.time(it.observedAt())),
                new Column<>("source", (to, it, rows, at) -> to.bytes(by)),
                new Column<>(
                    "replaces", 2, Before.FALSE, (to, it, rows, at) -> to.bool(it.replaces()))));
    return new TableOfAnswers<>(
        "feedback", "feedback", columns, "feedback_id", Feedback::decisionId);
  }

  static TableOfAnswers<Activation> activations(String source) {
    byte[] by = source.getBytes(StandardCharsets.UTF_8);
    Columns<Activation> columns =
        new Columns<>(
            List.of(
                new Column<>(DECISION, (to, it, rows, at) -> to.uuid(it.decisionId())),
                new Column<>("activated_at", (to, it, rows, at) -> to.time(it.activatedAt())),
                new Column<>("source", (to, it, rows, at) -> to.bytes(by))));
    return new TableOfAnswers<>(
        "activations", "activation", columns, DECISION, Activation::decisionId);
  }

  @Override
  String forgotten() {
    return "DELETE FROM pg_temp.ml_infra_%s s USING ml.forgotten_decisions f WHERE f.%s = s.%s"
        .formatted(name(), DECISION, DECISION);
  }

  @Override
  Names names(List<T> rows) {
    return new Names(Set.of(), decisions(rows).collect(Collectors.toSet()));
  }

  @Override
  Names names(EncodedRows rows) {
    return new Names(Set.of(), decisions(rows).collect(Collectors.toSet()));
  }

  @Override
  void tell(Touched touched, List<T> rows) {
    touched.answered(decisions(rows));
  }

  @Override
  void tell(Touched touched, EncodedRows rows) {
    touched.answered(decisions(rows));
  }

  private Stream<UUID> decisions(List<T> rows) {
    return rows.stream().map(decision);
  }

  private Stream<UUID> decisions(EncodedRows rows) {
    int field = columns().position(DECISION);
    return IntStream.range(0, rows.count()).mapToObj(row -> RowReader.uuid(rows, row, field));
  }
}
