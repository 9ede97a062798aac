package dev.mlinfra.internal.feature;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.feature.Feature;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureView;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The packed form of a row, the same online and offline, all big-endian: 8 bytes schema hash, 8
 * bytes event time in microseconds, a bitmap of the features that are there, their values in
 * declared order, 4 bytes CRC-32C of all before.
 *
 * <p>DOUBLE and LONG take 8 bytes, BOOLEAN 1, VECTOR 4 a value, TEXT 4 bytes length and UTF-8.
 */
public final class FeatureCodec {
  private static final int HEADER_BYTES = 16;
  private static final int CRC_BYTES = 4;

  private final FeatureView view;

  /** Makes the codec of a view. */
  public FeatureCodec(FeatureView view) {
    this.view = view;
  }

  /** Packs a row whose values are of the declared types; {@link FeatureRules} sees to that. */
  public byte[] encode(FeatureRow row) {
    List<Feature> features = view.features();
    Map<String, Object> values = new HashMap<>(row.values());
    values.replaceAll(
        (name, value) ->
            value instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : value);
    ByteBuffer out = ByteBuffer.allocate(sizeOf(values));
    out.putLong(view.schemaHash()).putLong(micros(row.eventTime()));
    byte[] present = new byte[bitmapBytes()];
    for (int i = 0; i < features.size(); i++) {
      if (values.containsKey(features.get(i).name())) {
        present[i >> 3] |= (byte) (1 << (i & 7));
      }
    }
    out.put(present);
    for (Feature feature : features) {
      Object value = values.get(feature.name());
      if (value != null) {
        put(out, feature, value);
      }
    }
    return out.putInt(crc(out.array(), out.position())).array();
  }

  /**
   * Unpacks a row.
   *
   * @throws CorruptDataException when the bytes are damaged or of another definition
   */
  public FeatureRow decode(String entity, byte[] packed) {
    if (packed.length < HEADER_BYTES + bitmapBytes() + CRC_BYTES) {
      throw corrupt(entity, packed.length + " bytes are too few");
    }
    ByteBuffer in = ByteBuffer.wrap(packed);
    if (in.getInt(packed.length - CRC_BYTES) != crc(packed, packed.length - CRC_BYTES)) {
      throw corrupt(entity, "the checksum differs");
    }
    if (in.getLong() != view.schemaHash()) {
      throw corrupt(entity, "it was written under another definition");
    }
    try {
      return values(entity, in);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw corrupt(entity, "its length does not fit its values");
    }
  }

  /** Reads the schema hash of any packed value; 0 for one that is too short. */
  public static long schemaHash(byte[] packed) {
    return packed.length < HEADER_BYTES ? 0 : ByteBuffer.wrap(packed).getLong();
  }

  /** Microseconds since 1970. */
  static long micros(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
  }

  private FeatureRow values(String entity, ByteBuffer in) {
    long micros = in.getLong();
    Instant at =
        Instant.ofEpochSecond(
            Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
    FeatureRow.Builder row = FeatureRow.builder(entity, at);
    byte[] present = new byte[bitmapBytes()];
    in.get(present);
    in.limit(in.limit() - CRC_BYTES);
    List<Feature> features = view.features();
    for (int i = 0; i < features.size(); i++) {
      if ((present[i >> 3] & (1 << (i & 7))) != 0) {
        row.value(features.get(i).name(), get(in, features.get(i)));
      }
    }
    if (in.hasRemaining()) {
      throw new IllegalArgumentException("bytes left over");
    }
    return row.build();
  }

  private static void put(ByteBuffer out, Feature feature, Object value) {
    switch (feature.type()) {
      case DOUBLE -> out.putDouble(((Number) value).doubleValue());
      case LONG -> out.putLong(((Number) value).longValue());
      case BOOLEAN -> out.put((byte) ((Boolean) value ? 1 : 0));
      case TEXT -> out.putInt(((byte[]) value).length).put((byte[]) value);
      case VECTOR -> {
        for (float element : (float[]) value) {
          out.putFloat(element);
        }
      }
    }
  }

  private static Object get(ByteBuffer in, Feature feature) {
    return switch (feature.type()) {
      case DOUBLE -> in.getDouble();
      case LONG -> in.getLong();
      case BOOLEAN -> in.get() != 0;
      case TEXT -> text(in);
      case VECTOR -> vector(in, feature.length());
    };
  }

  private static String text(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("text longer than the value");
    }
    byte[] utf8 = new byte[length];
    in.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static float[] vector(ByteBuffer in, int length) {
    float[] vector = new float[length];
    in.asFloatBuffer().get(vector);
    in.position(in.position() + length * Float.BYTES);
    return vector;
  }

  private int sizeOf(Map<String, Object> values) {
    int size = HEADER_BYTES + bitmapBytes() + CRC_BYTES;
    for (Feature feature : view.features()) {
      Object value = values.get(feature.name());
      if (value != null) {
        size +=
            switch (feature.type()) {
              case DOUBLE, LONG -> Long.BYTES;
              case BOOLEAN -> 1;
              case TEXT -> Integer.BYTES + ((byte[]) value).length;
              case VECTOR -> feature.length() * Float.BYTES;
            };
      }
    }
    return size;
  }

  private int bitmapBytes() {
    return (view.features().size() + 7) / 8;
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private CorruptDataException corrupt(String entity, String why) {
    return new CorruptDataException(
        "feature value "
            + view.name()
            + " of "
            + entity
            + " was refused because "
            + why
            + "; run features().materialize(\""
            + view.name()
            + "\")");
  }
}
