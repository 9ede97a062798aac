package dev.mlinfra.internal.training;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;

/** One object a line. */
final class JsonCells implements Cells {
  private final Writer out;
  private List<String> names = List.of();
  private int column;
  private boolean empty = true;

  JsonCells(Writer out) {
    this.out = out;
  }

  @Override
  public void begin(List<String> columns) {
    names = columns.stream().map(Json::text).toList();
  }

  @Override
  public void absent() {
    column++;
  }

  @Override
  public void text(String value) throws IOException {
    entry(Json.text(value));
  }

  @Override
  public void number(double value) throws IOException {
    entry(Json.number(value));
  }

  @Override
  public void integer(long value) throws IOException {
    entry(Long.toString(value));
  }

  @Override
  public void flag(boolean value) throws IOException {
    entry(Boolean.toString(value));
  }

  @Override
  public void vector(float[] value) throws IOException {
    entry(Json.vector(value));
  }

  @Override
  public void texts(Map<String, String> value) throws IOException {
    entry(Json.object(value));
  }

  @Override
  public void end() throws IOException {
    out.write(empty ? "{}\n" : "}\n");
    column = 0;
    empty = true;
  }

  private void entry(String json) throws IOException {
    out.append(empty ? '{' : ',').append(names.get(column++)).append(':').append(json);
    empty = false;
  }
}
