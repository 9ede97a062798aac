package dev.mlinfra.internal.feature;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.feature.Feature;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.internal.feature.ViewCatalog.DeclaredView;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.PackedRow;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads rows of a view that may have been written under older definitions: features that are
 * declared the same way today are kept, the others are left out. Used by one thread.
 */
final class StoredRows {
  private static final Logger LOG = LoggerFactory.getLogger(StoredRows.class);

  private final DeclaredView declared;
  private final OfflineStore store;
  private final Map<Long, Optional<FeatureCodec>> older = new HashMap<>();

  StoredRows(DeclaredView declared, OfflineStore store) {
    this.declared = declared;
    this.store = store;
  }

  /** The row as the current definition sees it; empty when its bytes cannot be trusted. */
  Optional<FeatureRow> decode(PackedRow row) {
    try {
      long hash = FeatureCodec.schemaHash(row.packed());
      if (hash == declared.view().schemaHash()) {
        return Optional.of(declared.codec().decode(row.entity(), row.packed()));
      }
      return older
          .computeIfAbsent(hash, this::olderCodec)
          .map(codec -> translate(codec.decode(row.entity(), row.packed())));
    } catch (CorruptDataException e) {
      LOG.warn("{}", e.getMessage());
      return Optional.empty();
    }
  }

  /** The row packed under the current definition; empty when its bytes cannot be trusted. */
  Optional<PackedRow> inCurrentForm(PackedRow row) {
    if (row.schemaHash() == declared.view().schemaHash()) {
      return Optional.of(row);
    }
    return decode(row)
        .map(
            current ->
                new PackedRow(
                    row.entity(),
                    row.eventTime(),
                    row.knownAt(),
                    declared.view().schemaHash(),
                    declared.codec().encode(current)));
  }

  private Optional<FeatureCodec> olderCodec(long hash) {
    FeatureView view = declared.view();
    return store
        .definition(view.name(), hash)
        .map(definition -> FeatureView.parse(view.name(), definition, view.ttl()))
        .map(FeatureCodec::new);
  }

  private FeatureRow translate(FeatureRow old) {
    FeatureRow.Builder row = FeatureRow.builder(old.entity(), old.eventTime());
    for (Feature feature : declared.view().features()) {
      Object value = old.values().get(feature.name());
      if (value != null && sameType(feature, value)) {
        row.value(feature.name(), value);
      }
    }
    return row.build();
  }

  private static boolean sameType(Feature feature, Object value) {
    return switch (feature.type()) {
      case DOUBLE -> value instanceof Double;
      case LONG -> value instanceof Long;
      case BOOLEAN -> value instanceof Boolean;
      case TEXT -> value instanceof String;
      case VECTOR -> value instanceof float[] vector && vector.length == feature.length();
    };
  }
}
