package dev.mlinfra.spi.check;

/**
 * Vectors in the precision in which they are stored.
 *
 * @since 0.1
 */
public final class Vectors {
  private Vectors() {}

  /**
   * Cuts to single precision.
   *
   * @param values any; beyond the range of a float they become infinite
   * @return a new array
   * @since 0.1
   */
  public static float[] floats(double[] values) {
    float[] cut = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      cut[i] = (float) values[i];
    }
    return cut;
  }
}
