package dev.mlinfra.testing.fake;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.ErasureStore;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.ModelPointers;
import dev.mlinfra.spi.ModelStore;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.spi.StreamAdmin;
import dev.mlinfra.spi.TrainingReader;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.check.Faults;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The whole infrastructure in memory, under the contracts of the real one, with faults on command:
 * the module to install in a test that proves that the host is unharmed.
 *
 * <pre>{@code
 * FakeInfra fake = FakeInfra.create();
 * try (MlInfra ml = MlInfra.connect(MlInfraConfig.forService("ranker").install(fake).build())) {
 *   fake.hang(Part.DECISION_SINK);
 *   ml.decisions().log(decision); // returns at once all the same
 *   fake.heal();
 * }
 * }</pre>
 *
 * <p>It plays the servers, not the connection: what is stored stays when the host closes, and a
 * host that connects to the same fake again finds it. One fault a part: a later call replaces an
 * earlier one. Thread-safe, but set the options before it is installed.
 *
 * @since 0.1
 */
public final class FakeInfra implements InfraModule {
  private static final String NAME = "fake";

  private final Faulty faulty = new Faulty();
  private final HostClock clock = new HostClock();
  private final FakeDecisionSink sink = new FakeDecisionSink(faulty, clock);
  private final FakeDecisionReader history = new FakeDecisionReader(faulty, sink);
  private final FakeErasureStore eraser = new FakeErasureStore(faulty, sink, clock);
  private final FakeRecentDecisions recent = new FakeRecentDecisions(faulty, clock);
  private final FakeOfflineStore offline = new FakeOfflineStore(faulty);
  private final FakeTrainingReader training = new FakeTrainingReader(faulty, sink, offline, clock);
  private final FakeOnlineStore online = new FakeOnlineStore(faulty, clock);
  private final FakeEventBroker broker = new FakeEventBroker(faulty, clock);
  private final FakeDeadLetterStore deadLetters = new FakeDeadLetterStore(faulty);
  private final FakeArtifactStore artifacts = new FakeArtifactStore(faulty);
  private final FakeModelStore models = new FakeModelStore(faulty, clock);
  private final FakeModelPointers pointers = new FakeModelPointers(faulty);
  private final FakeModelMirror mirror = new FakeModelMirror(faulty);
  private final FakePatternStore patterns = new FakePatternStore(faulty);
  private final FakeAdmin admin = new FakeAdmin(faulty);

  private FakeInfra() {}

  /**
   * Makes an empty infrastructure without faults.
   *
   * @return the module to install
   * @since 0.1
   */
  public static FakeInfra create() {
    return new FakeInfra();
  }

  /**
   * Sets how long a hanging call waits before it gives up, as drivers do; 10 s unless set. Calls
   * with a time budget of their own keep to that.
   *
   * @param timeout longer than zero
   * @return this
   * @throws dev.mlinfra.error.ConfigException when it is not longer than zero
   * @since 0.1
   */
  public FakeInfra callTimeout(Duration timeout) {
    new Faults().positive("fake.callTimeout", timeout).throwIfAny();
    faulty.callTimeout(timeout);
    return this;
  }

  /**
   * Sets the length of embeddings, 64 unless set.
   *
   * @param length 1 to 16,000
   * @return this
   * @throws dev.mlinfra.error.ConfigException when it is out of range
   * @since 0.1
   */
  public FakeInfra embeddingDimensions(int length) {
    new Faults().range("fake.embeddingDimensions", length, 1, 16_000).throwIfAny();
    patterns.dimensions(length);
    return this;
  }

  /**
   * Lets every call of some parts throw {@code UnavailableException} without doing anything, as
   * when the server is down.
   *
   * @param parts which; none stands for all
   * @since 0.1
   */
  public void fail(Part... parts) {
    faulty.fail(parts);
  }

  /**
   * Lets every call of some parts wait, as when the server was stopped. A call goes on after {@link
   * #heal()}, and throws when its time-out or budget is used up or the host closes.
   *
   * @param parts which; none stands for all
   * @since 0.1
   */
  public void hang(Part... parts) {
    faulty.hang(parts);
  }

  /**
   * Lets every call of some parts do its work and then throw {@code UnavailableException}, as when
   * the connection breaks before the answer: the caller must try again and nothing may be stored
   * twice.
   *
   * @param parts which; none stands for all
   * @since 0.1
   */
  public void loseAnswers(Part... parts) {
    faulty.loseAnswers(parts);
  }

  /**
   * Lets every call of a part take longer, beside its other fault if it has one.
   *
   * @param part which
   * @param delay how much longer
   * @since 0.1
   */
  public void slow(Part part, Duration delay) {
    faulty.slow(Objects.requireNonNull(part, "part"), Objects.requireNonNull(delay, "delay"));
  }

  /**
   * Ends all faults; hanging and slow calls go on at once.
   *
   * @since 0.1
   */
  public void heal() {
    faulty.heal();
  }

  /**
   * Changes a byte of a stored artifact, so that reading it must be refused.
   *
   * @param artifact what to damage; one that is not stored stays so
   * @since 0.1
   */
  public void damage(Artifact artifact) {
    artifacts.damage(artifact);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> faults() {
    return List.of();
  }

  @Override
  public void open(Wiring wiring) {
    clock.follow(wiring.clock());
    wiring.provide(DecisionSink.class, sink);
    wiring.provide(DecisionReader.class, history);
    wiring.provide(ErasureStore.class, eraser);
    wiring.provide(RecentDecisions.class, recent);
    wiring.provide(TrainingReader.class, training);
    wiring.provide(OfflineStore.class, offline);
    wiring.provide(OnlineStore.class, online);
    wiring.provide(EventBroker.class, broker);
    wiring.provide(DeadLetterStore.class, deadLetters);
    wiring.provide(ArtifactStore.class, artifacts);
    wiring.provide(ModelStore.class, models);
    wiring.provide(ModelPointers.class, pointers);
    wiring.provide(ModelMirror.class, mirror);
    wiring.provide(PatternStore.class, patterns);
    wiring.provide(SchemaAdmin.class, admin.schema());
    wiring.provide(StreamAdmin.class, admin.streams());
    wiring.provide(BucketAdmin.class, admin.bucket());
    wiring.probe(new FakeProbe(NAME, faulty, this::counts));
    wiring.onClose(faulty::interruptCalls);
  }

  private List<InventoryItem> counts() {
    return List.of(
        new InventoryItem(NAME, "agent_decisions", sink.decisions().size(), "rows"),
        new InventoryItem(NAME, "agent_feedback", sink.feedback().size(), "rows"),
        new InventoryItem(NAME, "agent_activations", sink.activations(), "rows"),
        new InventoryItem(NAME, "feature_store", offline.rows(), "rows"),
        new InventoryItem(NAME, "learned_patterns", patterns.size(), "rows"),
        new InventoryItem(NAME, "model_metadata", models.size(), "rows"),
        new InventoryItem(NAME, "dead_letters", deadLetters.size(), "rows"),
        new InventoryItem(NAME, "ml:features", online.size(), "keys"),
        new InventoryItem(NAME, "ml-learning-events", broker.size(), "entries"),
        new InventoryItem(NAME, "artifacts", artifacts.size(), "objects"),
        new InventoryItem(NAME, "mirror", mirror.size(), "entries"));
  }
}
