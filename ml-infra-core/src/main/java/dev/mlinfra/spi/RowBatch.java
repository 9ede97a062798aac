package dev.mlinfra.spi;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * Rows that are stored together, in their order. Unmodifiable. Holds values, numbers and
 * probabilities apart, so that no row costs an object beside its value: {@link #value}, {@link
 * #sequence} and {@link #passProbability} read them, while {@link #get} makes one.
 *
 * @param <T> what was logged
 * @since 0.1
 */
public final class RowBatch<T> extends AbstractList<LoggedRow<T>> implements RandomAccess {
  private final List<T> values;
  private final long[] sequences;
  private final double[] passProbabilities;
  private final int first;

  /**
   * Wraps rows. Nothing is copied, so nobody may change what is given.
   *
   * @param values what was logged
   * @param sequences a number for each, and perhaps unused ones behind them
   * @param passProbabilities likewise
   * @since 0.1
   */
  public RowBatch(List<T> values, long[] sequences, double[] passProbabilities) {
    this(values, sequences, passProbabilities, 0);
    Objects.checkFromIndexSize(0, values.size(), sequences.length);
    Objects.checkFromIndexSize(0, values.size(), passProbabilities.length);
  }

  private RowBatch(List<T> values, long[] sequences, double[] passProbabilities, int first) {
    this.values = values;
    this.sequences = sequences;
    this.passProbabilities = passProbabilities;
    this.first = first;
  }

  /**
   * Copies rows.
   *
   * @param <T> what was logged
   * @param rows in their order
   * @return as many
   * @since 0.1
   */
  public static <T> RowBatch<T> of(List<LoggedRow<T>> rows) {
    List<T> values = new ArrayList<>(rows.size());
    rows.forEach(row -> values.add(row.value()));
    return new RowBatch<>(
        values,
        rows.stream().mapToLong(LoggedRow::sequence).toArray(),
        rows.stream().mapToDouble(LoggedRow::passProbability).toArray());
  }

  /**
   * Returns what was logged.
   *
   * @param row from 0
   * @return never null
   * @since 0.1
   */
  public T value(int row) {
    return values.get(row);
  }

  /**
   * Returns the number of a row among those of its kind in this process.
   *
   * @param row from 0
   * @return a number that no row has is a lost row
   * @since 0.1
   */
  public long sequence(int row) {
    return sequences[first + row];
  }

  /**
   * Returns the probability with which a row passed sampling.
   *
   * @param row from 0
   * @return in (0, 1]
   * @since 0.1
   */
  public double passProbability(int row) {
    return passProbabilities[first + row];
  }

  /**
   * Returns what was logged, without numbers.
   *
   * @return unmodifiable, in the order of the rows
   * @since 0.1
   */
  public List<T> values() {
    return Collections.unmodifiableList(values);
  }

  @Override
  public LoggedRow<T> get(int row) {
    return new LoggedRow<>(value(row), sequence(row), passProbability(row));
  }

  @Override
  public int size() {
    return values.size();
  }

  /**
   * Returns some of the rows; copies nothing.
   *
   * @param from the first
   * @param to the one after the last
   * @return rows that are numbered as here
   * @since 0.1
   */
  @Override
  public RowBatch<T> subList(int from, int to) {
    return new RowBatch<>(values.subList(from, to), sequences, passProbabilities, first + from);
  }
}
