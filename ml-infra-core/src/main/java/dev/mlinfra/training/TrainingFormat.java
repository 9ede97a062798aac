package dev.mlinfra.training;

/**
 * How a training set is written. Both are UTF-8 without a byte order mark, a line feed after each
 * row, columns in the order of {@link TrainingSet#columns()}.
 *
 * @since 0.1
 */
public enum TrainingFormat {
  /**
   * RFC 4180 with a header line. What is absent is an empty field and an empty text is {@code ""};
   * vectors and contexts are JSON in a quoted field; numbers that are not finite are {@code NaN},
   * {@code Infinity} and {@code -Infinity}.
   */
  CSV,
  /**
   * One JSON object a line. What is absent is left out; numbers that are not finite are {@code
   * null}, since JSON has none.
   */
  JSON_LINES
}
