package dev.mlinfra.internal.feature;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureLookup;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureStatus;
import dev.mlinfra.feature.FeatureStore;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.internal.feature.ViewCatalog.DeclaredView;
import dev.mlinfra.internal.module.LibraryModule;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.PackedRow;
import dev.mlinfra.spi.runtime.Timeouts;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The offline store holds the truth, the online store its newest rows. */
public final class TieredFeatureStore implements FeatureStore {
  private static final Logger LOG = LoggerFactory.getLogger(TieredFeatureStore.class);
  private static final int MATERIALIZE_ROWS = 500;

  private final Optional<OfflineStore> offline;
  private final Optional<OnlineStore> online;
  private final ViewCatalog views;
  private final Clock clock;
  private final PauseSwitch pause;
  private final Telemetry telemetry;
  private final AtomicLong lastKnownMicros = new AtomicLong();

  /** Makes the store; a tier that is absent is reported by the calls that need it. */
  public TieredFeatureStore(
      Optional<OfflineStore> offline,
      Optional<OnlineStore> online,
      List<FeatureView> views,
      Clock clock,
      PauseSwitch pause,
      Telemetry telemetry) {
    this.offline = offline;
    this.online = online;
    this.views = new ViewCatalog(views, clock);
    this.clock = clock;
    this.pause = pause;
    this.telemetry = telemetry;
  }

  @Override
  public int put(String name, List<FeatureRow> rows) {
    DeclaredView view = views.get(name);
    rows.forEach(view.rules()::check);
    if (rows.isEmpty()) {
      return 0;
    }
    Instant now = nextKnownTime();
    List<PackedRow> packed = new ArrayList<>(rows.size());
    for (FeatureRow row : rows) {
      packed.add(
          new PackedRow(
              row.entity(),
              row.eventTime(),
              row.knownAt().orElse(now),
              view.view().schemaHash(),
              view.codec().encode(row)));
    }
    List<PackedRow> distinct = DistinctRows.of(name, packed);
    int added = offline().append(view.view(), distinct);
    telemetry.count(Instrument.FEATURES_WRITTEN, added, name);
    online.ifPresent(store -> putOnline(store, view.view(), distinct));
    return added;
  }

  @Override
  public List<FeatureLookup> online(String name, List<String> entities, Duration budget) {
    DeclaredView view = views.get(name);
    if (entities.isEmpty()) {
      return List.of();
    }
    long start = System.nanoTime();
    List<FeatureLookup> found =
        pause.paused()
            ? unavailable(entities)
            : readOnline(view, entities, Timeouts.bounded(budget));
    telemetry.time(Instrument.FEATURES_ONLINE, System.nanoTime() - start, name);
    for (FeatureStatus status : FeatureStatus.values()) {
      long count = found.stream().filter(lookup -> lookup.status() == status).count();
      if (count > 0) {
        telemetry.count(Instrument.FEATURES_READ, count, name, status.name());
      }
    }
    return found;
  }

  @Override
  public List<FeatureLookup> asOf(String name, List<AsOf> spine) {
    DeclaredView view = views.get(name);
    if (spine.isEmpty()) {
      return List.of();
    }
    long start = System.nanoTime();
    StoredRows rows = new StoredRows(view, offline());
    List<Optional<PackedRow>> found = offline().asOf(view.view(), spine);
    List<FeatureLookup> answers = new ArrayList<>(spine.size());
    for (int i = 0; i < spine.size(); i++) {
      answers.add(answer(view, rows, spine.get(i), found.get(i)));
    }
    telemetry.time(Instrument.FEATURES_AS_OF, System.nanoTime() - start, name);
    return answers;
  }

  /** Reads rows of a view that were joined elsewhere as {@link #asOf} would have joined them. */
  public JoinedView joined(String name) {
    DeclaredView view = views.get(name);
    StoredRows rows = new StoredRows(view, offline());
    return new JoinedView(view.view(), (question, found) -> answer(view, rows, question, found));
  }

  @Override
  public long materialize(String name) {
    DeclaredView view = views.get(name);
    OnlineStore target = online("features().materialize()");
    StoredRows rows = new StoredRows(view, offline());
    List<PackedRow> batch = new ArrayList<>(MATERIALIZE_ROWS);
    long[] moved = {0};
    offline()
        .latest(
            view.view(),
            row -> {
              rows.inCurrentForm(row).ifPresent(batch::add);
              if (batch.size() == MATERIALIZE_ROWS) {
                target.putIfNewer(view.view(), batch);
                moved[0] += batch.size();
                batch.clear();
              }
            });
    if (!batch.isEmpty()) {
      target.putIfNewer(view.view(), batch);
      moved[0] += batch.size();
    }
    return moved[0];
  }

  private List<FeatureLookup> readOnline(
      DeclaredView view, List<String> entities, Duration budget) {
    OnlineStore store = online("features().online()");
    try {
      List<Optional<byte[]>> values = store.read(view.view(), entities, budget);
      List<FeatureLookup> found = new ArrayList<>(entities.size());
      for (int i = 0; i < entities.size(); i++) {
        String entity = entities.get(i);
        found.add(
            values
                .get(i)
                .map(packed -> decodeOnline(view, entity, packed))
                .orElseGet(() -> FeatureLookup.without(entity, FeatureStatus.MISSING)));
      }
      return found;
    } catch (MlInfraException e) {
      LOG.debug("online read of {} failed: {}", view.view().name(), e.getMessage());
      return unavailable(entities);
    }
  }

  private static List<FeatureLookup> unavailable(List<String> entities) {
    return entities.stream()
        .map(entity -> FeatureLookup.without(entity, FeatureStatus.UNAVAILABLE))
        .toList();
  }

  private FeatureLookup decodeOnline(DeclaredView view, String entity, byte[] packed) {
    try {
      FeatureRow row = view.codec().decode(entity, packed);
      return expired(view.view(), row.eventTime(), clock.instant())
          ? FeatureLookup.without(entity, FeatureStatus.EXPIRED)
          : FeatureLookup.present(row);
    } catch (CorruptDataException e) {
      telemetry.count(Instrument.FEATURES_CORRUPT, 1, view.view().name());
      LOG.debug("{}", e.getMessage());
      return FeatureLookup.without(entity, FeatureStatus.MISSING);
    }
  }

  private FeatureLookup answer(
      DeclaredView view, StoredRows rows, AsOf question, Optional<PackedRow> found) {
    if (found.isEmpty()) {
      return FeatureLookup.without(question.entity(), FeatureStatus.MISSING);
    }
    if (expired(view.view(), found.get().eventTime(), question.at())) {
      return FeatureLookup.without(question.entity(), FeatureStatus.EXPIRED);
    }
    return rows.decode(found.get())
        .map(FeatureLookup::present)
        .orElseGet(
            () -> {
              telemetry.count(Instrument.FEATURES_CORRUPT, 1, view.view().name());
              return FeatureLookup.without(question.entity(), FeatureStatus.MISSING);
            });
  }

  private void putOnline(OnlineStore store, FeatureView view, List<PackedRow> rows) {
    try {
      store.putIfNewer(view, rows);
    } catch (MlInfraException e) {
      telemetry.count(Instrument.FEATURES_ONLINE_FAILURES, 1, view.name());
      LOG.warn(
          "{} rows of view {} are stored offline but not online: {}; run materialize(\"{}\") later",
          rows.size(),
          view.name(),
          e.getMessage(),
          view.name());
    }
  }

  private OfflineStore offline() {
    return offline.orElseThrow(
        () -> LibraryModule.POSTGRES.missing("features()", "an offline store"));
  }

  private OnlineStore online(String call) {
    return online.orElseThrow(() -> LibraryModule.REDIS.missing(call, "an online store"));
  }

  /** Later than every time handed out before, so that a later write is known later. */
  private Instant nextKnownTime() {
    long now = FeatureCodec.micros(clock.instant());
    long micros = lastKnownMicros.updateAndGet(last -> Math.max(last + 1, now));
    return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000);
  }

  private static boolean expired(FeatureView view, Instant eventTime, Instant at) {
    return Duration.between(eventTime, at).compareTo(view.ttl()) >= 0;
  }
}
