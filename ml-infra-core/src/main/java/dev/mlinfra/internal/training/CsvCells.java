package dev.mlinfra.internal.training;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;

/** A header, then one record a row; quoted only where a reader needs it. */
final class CsvCells implements Cells {
  private final Writer out;
  private boolean first = true;

  CsvCells(Writer out) {
    this.out = out;
  }

  @Override
  public void begin(List<String> columns) throws IOException {
    for (String column : columns) {
      text(column);
    }
    end();
  }

  @Override
  public void absent() throws IOException {
    plain("");
  }

  @Override
  public void text(String value) throws IOException {
    plain(quoted(value) ? '"' + value.replace("\"", "\"\"") + '"' : value);
  }

  @Override
  public void number(double value) throws IOException {
    plain(Double.toString(value));
  }

  @Override
  public void integer(long value) throws IOException {
    plain(Long.toString(value));
  }

  @Override
  public void flag(boolean value) throws IOException {
    plain(Boolean.toString(value));
  }

  @Override
  public void vector(float[] value) throws IOException {
    text(Json.vector(value));
  }

  @Override
  public void texts(Map<String, String> value) throws IOException {
    text(Json.object(value));
  }

  @Override
  public void end() throws IOException {
    out.write('\n');
    first = true;
  }

  private void plain(String field) throws IOException {
    if (!first) {
      out.write(',');
    }
    out.write(field);
    first = false;
  }

  /** An empty text is quoted, so that it is not taken for an absent one. */
  private static boolean quoted(String value) {
    if (value.isBlank()) {
      return true;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == ',' || c == '\n' || c == '\r') {
        return true;
      }
    }
    return value.charAt(0) <= ' ' || value.charAt(value.length() - 1) <= ' ';
  }
}
