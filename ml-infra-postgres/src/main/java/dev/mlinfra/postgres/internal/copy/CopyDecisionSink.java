package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.RowSink;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Stores decisions, feedback and activations by binary COPY, and tells what it touched. */
public final class CopyDecisionSink implements DecisionSink {
  private final RowSink<Decision> decisions;
  private final RowSink<Feedback> feedback;
  private final RowSink<Activation> activations;
  private final Consumer<LongSupplier> numbering;

  /**
   * Makes one.
   *
   * @param source the process
   * @param numbering takes whom to ask how many numbers the process has given
   */
  public CopyDecisionSink(
      Database database, String source, Touched touched, Consumer<LongSupplier> numbering) {
    this(database, source, DecisionColumns.of(source), touched, numbering);
  }

  CopyDecisionSink(
      Database database,
      String source,
      List<DecisionColumn> columns,
      Touched touched,
      Consumer<LongSupplier> numbering) {
    this.decisions = new CopyTable<>(database, new DecisionTable(columns), touched);
    this.feedback = new CopyTable<>(database, TableOfAnswers.feedback(source), touched);
    this.activations = new CopyTable<>(database, TableOfAnswers.activations(source), touched);
    this.numbering = numbering;
  }

  @Override
  public RowSink<Decision> decisions() {
    return decisions;
  }

  @Override
  public RowSink<Feedback> feedback() {
    return feedback;
  }

  @Override
  public RowSink<Activation> activations() {
    return activations;
  }

  @Override
  public void numbering(LongSupplier numbered) {
    numbering.accept(numbered);
  }
}
