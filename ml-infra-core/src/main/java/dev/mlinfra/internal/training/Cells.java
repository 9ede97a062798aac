package dev.mlinfra.internal.training;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Takes the values of a row one by one, in the order of the columns. Used by one thread. */
interface Cells {
  /** Before the first row. */
  void begin(List<String> columns) throws IOException;

  void absent() throws IOException;

  void text(String value) throws IOException;

  void number(double value) throws IOException;

  void integer(long value) throws IOException;

  void flag(boolean value) throws IOException;

  void vector(float[] value) throws IOException;

  void texts(Map<String, String> value) throws IOException;

  /** After the last value of a row. */
  void end() throws IOException;
}
