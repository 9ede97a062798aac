package dev.mlinfra.postgres.internal.server;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Vectors as the driver takes and gives them: {@code real[]}. */
public final class Floats {
  private static final float[] NONE = {};

  private Floats() {}

  /** A {@code real[]} to be set as a parameter, NULL for no values. */
  public static @Nullable Array array(Connection connection, float[] values) throws SQLException {
    return values.length == 0 ? null : connection.createArrayOf("float4", boxed(values));
  }

  private static Object[] boxed(float[] values) {
    Object[] boxed = new Object[values.length];
    for (int i = 0; i < values.length; i++) {
      boxed[i] = values[i];
    }
    return boxed;
  }

  /** The values of a column, none for NULL. */
  public static float[] get(ResultSet rows, int column) throws SQLException {
    Array array = rows.getArray(column);
    if (array == null) {
      return NONE;
    }
    Float[] boxed = (Float[]) array.getArray();
    float[] values = new float[boxed.length];
    for (int i = 0; i < boxed.length; i++) {
      values[i] = boxed[i];
    }
    return values;
  }
}
