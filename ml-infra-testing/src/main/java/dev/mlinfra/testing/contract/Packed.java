package dev.mlinfra.testing.contract;

import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.PackedRow;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** Rows as core packs them: a header that stores may read, and values that they may not. */
final class Packed {
  private Packed() {}

  /** A view that no other test has. */
  static FeatureView view(Duration ttl) {
    String name = "contract_" + UUID.randomUUID().toString().replace("-", "_");
    return FeatureView.named(name).count("value").ttl(ttl).build();
  }

  static PackedRow row(FeatureView view, String entity, Instant at, Instant known, int value) {
    byte[] packed =
        ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES)
            .putLong(view.schemaHash())
            .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, at))
            .putInt(value)
            .array();
    return new PackedRow(entity, at, known, view.schemaHash(), packed);
  }
}
