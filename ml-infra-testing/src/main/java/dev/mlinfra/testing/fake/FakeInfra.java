package dev.mlinfra.testing.fake;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.event.Event;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.ErasureStore;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.LoggedRow;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.ModelPointers;
import dev.mlinfra.spi.ModelStore;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.PauseSignal;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.spi.StreamAdmin;
import dev.mlinfra.spi.TrainingReader;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.check.Faults;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

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
  private final FakeOfflineStore offline = new FakeOfflineStore(faulty);
  private final FakeOnlineStore online = new FakeOnlineStore(faulty, clock);
  private final FakeEventBroker broker = new FakeEventBroker(faulty, clock);
  private final FakeDeadLetterStore deadLetters = new FakeDeadLetterStore(faulty);
  private final FakeArtifactStore artifacts = new FakeArtifactStore(faulty);
  private final FakeModelStore models = new FakeModelStore(faulty, clock);
  private final FakeModelMirror mirror = new FakeModelMirror(faulty);
  private final FakePatternStore patterns = new FakePatternStore(faulty);
  private final FakePauseSignal signal = new FakePauseSignal(faulty);
  private final Map<Class<?>, Object> parts = new LinkedHashMap<>();

  private FakeInfra() {
    FakeAdmin admin = new FakeAdmin(faulty);
    parts.put(DecisionSink.class, sink);
    parts.put(DecisionReader.class, new FakeDecisionReader(faulty, sink));
    parts.put(ErasureStore.class, new FakeErasureStore(faulty, sink, clock));
    parts.put(RecentDecisions.class, new FakeRecentDecisions(faulty, clock));
    parts.put(TrainingReader.class, new FakeTrainingReader(faulty, sink, offline, clock));
    parts.put(OfflineStore.class, offline);
    parts.put(OnlineStore.class, online);
    parts.put(EventBroker.class, broker);
    parts.put(DeadLetterStore.class, deadLetters);
    parts.put(ArtifactStore.class, artifacts);
    parts.put(ModelStore.class, models);
    parts.put(ModelPointers.class, new FakeModelPointers(faulty));
    parts.put(ModelMirror.class, mirror);
    parts.put(PatternStore.class, patterns);
    parts.put(PauseSignal.class, signal);
    parts.put(SchemaAdmin.class, admin.schema());
    parts.put(StreamAdmin.class, admin.streams());
    parts.put(BucketAdmin.class, admin.bucket());
  }

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

  /**
   * Does something at each call of a part before the call's own fault, for faults that no other
   * method has: what it throws is what the caller gets. Later ones come after earlier ones.
   *
   * @param part which
   * @param action told of the call, on the caller's thread
   * @since 0.1
   */
  public void before(Part part, Consumer<Call> action) {
    faulty.before(part, action);
  }

  /**
   * Does something at each call of a part when its work is done and the caller does not know yet.
   *
   * @param part which
   * @param action told of the call, on the caller's thread
   * @since 0.1
   */
  public void after(Part part, Consumer<Call> action) {
    faulty.after(part, action);
  }

  /**
   * Lets the signal say that services are to pause.
   *
   * @param says one line that names the signal and what it says
   * @since 0.1
   */
  public void pause(String says) {
    signal.says(says);
  }

  /**
   * Lets the signal say that services are not to pause.
   *
   * @since 0.1
   */
  public void resume() {
    signal.says("");
  }

  /**
   * Appends an entry to the stream that is no event, as another program might.
   *
   * @param raw its text
   * @since 0.1
   */
  public void appendUnreadable(String raw) {
    broker.stream().appendUnreadable(raw);
  }

  /**
   * Returns the decisions that are stored.
   *
   * @return a copy, in the order in which they were stored
   * @since 0.1
   */
  public List<Decision> decisions() {
    return rows().stream().map(LoggedRow::value).toList();
  }

  /**
   * Returns the decisions that are stored, with their numbers and pass probabilities.
   *
   * @return a copy, in the order in which they were stored
   * @since 0.1
   */
  public List<LoggedRow<Decision>> rows() {
    return sink.storedDecisions();
  }

  /**
   * Returns the feedback that is stored.
   *
   * @return a copy, in the order in which it was stored
   * @since 0.1
   */
  public List<Feedback> feedback() {
    return sink.storedFeedback();
  }

  /**
   * Returns the activations that are stored.
   *
   * @return a copy, in the order in which they were stored
   * @since 0.1
   */
  public List<Activation> activations() {
    return sink.storedActivations();
  }

  /**
   * Returns the dead letters.
   *
   * @return a copy, oldest first
   * @since 0.1
   */
  public List<DeadLetter> deadLetters() {
    return deadLetters.letters();
  }

  /**
   * Returns the events in the stream.
   *
   * @return a copy, in the order of the stream
   * @since 0.1
   */
  public List<Event> events() {
    return broker.stream().events();
  }

  /**
   * Counts what a consumer group was given and has not acknowledged.
   *
   * @param group the group
   * @return 0 for a group that is not there
   * @since 0.1
   */
  public long pending(String group) {
    return broker.stream().pending(group);
  }

  /**
   * Names the consumers of a group that have read and not left.
   *
   * @param group the group
   * @return a copy
   * @since 0.1
   */
  public Set<String> consumers(String group) {
    return broker.stream().consumers(group);
  }

  /**
   * Makes a module of some parts of this fake, for a host that has others from elsewhere or lacks
   * them.
   *
   * @param some the interfaces of the parts
   * @return a module that is named after them
   * @since 0.1
   */
  public InfraModule only(Class<?>... some) {
    return new FakeParts(this, List.of(some));
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
    open(wiring, parts.keySet());
    wiring.probe(new FakeProbe(NAME, faulty, this::counts));
  }

  void open(Wiring wiring, Collection<Class<?>> wanted) {
    clock.follow(wiring.clock());
    wanted.forEach(part -> provide(wiring, part));
    wiring.onClose(faulty::interruptCalls);
  }

  private <T> void provide(Wiring wiring, Class<T> part) {
    Object instance = Objects.requireNonNull(parts.get(part), part.getName());
    wiring.provide(part, part.cast(instance));
  }

  private List<InventoryItem> counts() {
    return List.of(
        new InventoryItem(NAME, "agent_decisions", sink.storedDecisions().size(), "rows"),
        new InventoryItem(NAME, "agent_feedback", sink.storedFeedback().size(), "rows"),
        new InventoryItem(NAME, "agent_activations", sink.storedActivations().size(), "rows"),
        new InventoryItem(NAME, "feature_store", offline.rows(), "rows"),
        new InventoryItem(NAME, "learned_patterns", patterns.size(), "rows"),
        new InventoryItem(NAME, "model_metadata", models.size(), "rows"),
        new InventoryItem(NAME, "dead_letters", deadLetters.letters().size(), "rows"),
        new InventoryItem(NAME, "ml:features", online.size(), "keys"),
        new InventoryItem(NAME, "ml-learning-events", broker.stream().size(), "entries"),
        new InventoryItem(NAME, "artifacts", artifacts.size(), "objects"),
        new InventoryItem(NAME, "mirror", mirror.size(), "entries"));
  }
}
