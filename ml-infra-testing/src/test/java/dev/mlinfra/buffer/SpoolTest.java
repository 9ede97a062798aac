package dev.mlinfra.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.SinkCalls;
import dev.mlinfra.Start;
import dev.mlinfra.TestModule;
import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.error.ConflictException;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.testing.fake.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpoolTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final BufferOptions QUICK =
      BufferOptions.builder()
          .linger(Duration.ofMillis(5))
          .maxBatchRows(50)
          .closeTimeout(Duration.ofSeconds(2))
          .backoff(Duration.ofMillis(1), Duration.ofMillis(5))
          .build();

  @TempDir Path temp;

  private final FakeInfra fake = FakeInfra.create().callTimeout(Duration.ofMinutes(4));
  private final List<Boolean> firstAttempts = SinkCalls.firstAttempts(fake);

  @Test
  void putsOnDiskWhatMemoryCannotHoldWhileTheStoreIsDown() {
    try (MlInfra ml = connect(QUICK.toBuilder().maxQueuedRows(256).build(), Durability.MEMORY)) {
      DecisionLog log = ml.decisions();
      fake.fail();
      List<Decision> logged = logWithoutDrop(log, 2_000);
      Ledger during = log.ledger();
      assertThat(during.spooled()).isPositive();
      assertThat(during.buffered() + during.spooled()).isEqualTo(2_000);

      fake.heal();
      assertThat(log.flush(LONG)).isTrue();
      assertThat(fake.decisions()).containsExactlyInAnyOrderElementsOf(logged);
      assertThat(log.ledger().stored()).isEqualTo(2_000);
      assertThat(log.ledger().spooled()).isZero();
      assertThat(new HashSet<>(SinkCalls.sequences(fake))).hasSize(2_000).contains(1L, 2_000L);
      Await.until("no file is left", () -> files().isEmpty());
    }
  }

  @Test
  void keepsSmallOutagesInMemory() {
    try (MlInfra ml = connect(QUICK, Durability.MEMORY)) {
      fake.fail();
      IntStream.range(0, 100).forEach(i -> ml.decisions().log(decision("a" + i)));
      Await.until("attempts", () -> firstAttempts.size() >= 5);
      assertThat(files()).isEmpty();
      assertThat(ml.decisions().ledger().buffered()).isEqualTo(100);
      fake.heal();
      assertThat(ml.decisions().flush(LONG)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void keepsWhatIsLeftAtTheEndForTheNextProcess(Durability durability) {
    fake.fail();
    MlInfra first = connect(QUICK, durability);
    UUID rewarded = UUID.randomUUID();
    List<Decision> logged = IntStream.range(0, 500).mapToObj(i -> decision("a" + i)).toList();
    logged.forEach(first.decisions()::log);
    first.decisions().feedback(rewarded, 1);
    first.decisions().activate(rewarded);
    first.close();
    Ledger last = first.decisions().ledger();
    assertThat(last.spooled()).isEqualTo(500);
    assertThat(last.droppedTotal()).isZero();
    assertThat(first.decisions().feedbackLedger().spooled()).isEqualTo(1);
    assertThat(first.decisions().activationLedger().spooled()).isEqualTo(1);
    assertThat(last.balanced()).isTrue();

    fake.heal();
    try (MlInfra next = connect(QUICK, durability)) {
      Await.until("all is stored", () -> fake.decisions().size() == 500 && files().isEmpty());
      assertThat(fake.decisions()).containsExactlyElementsOf(logged);
      assertThat(fake.feedback()).extracting(Feedback::decisionId).containsExactly(rewarded);
      assertThat(fake.activations()).extracting(Activation::decisionId).containsExactly(rewarded);
      assertThat(next.decisions().ledger().offered()).isZero();
    }
  }

  @Test
  void syncsEachAcceptedDecisionToDiskBeforeTheStoreHasIt() {
    fake.fail();
    MlInfra ml = connect(QUICK, Durability.SPOOL_FIRST);
    IntStream.range(0, 120).forEach(i -> ml.decisions().log(decision("a" + i)));
    assertThat(ml.decisions().sync(LONG)).isTrue();
    assertThat(ml.decisions().flush(Duration.ofMillis(20))).isFalse();
    assertThat(ml.decisions().ledger().spooled()).isEqualTo(120);
    assertThat(files()).isNotEmpty();

    fake.heal();
    assertThat(ml.decisions().flush(LONG)).isTrue();
    assertThat(fake.decisions()).hasSize(120);
    assertThat(ml.decisions().ledger().stored()).isEqualTo(120);
    ml.close();
    assertThat(files()).isEmpty();
  }

  @Test
  void takesTheQuickRoadForWhatWasNeverSent() {
    try (MlInfra ml = connect(QUICK, Durability.SPOOL_FIRST)) {
      ml.decisions().log(decision("a"));
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(firstAttempts).containsExactly(true);
      fake.fail();
      ml.decisions().log(decision("b"));
      Await.until("two attempts", () -> firstAttempts.size() >= 3);
      fake.heal();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(firstAttempts.subList(0, 3)).containsExactly(true, true, false);
    }
  }

  @Test
  void storesSmallFilesTogetherAndNoMoreThanABatchAtOnce() {
    fake.fail();
    try (MlInfra ml = connect(QUICK.toBuilder().maxBatchRows(5).build(), Durability.SPOOL_FIRST)) {
      for (int i = 0; i < 20; i++) {
        ml.decisions().log(decision("a" + i));
        assertThat(ml.decisions().sync(LONG)).isTrue();
      }
      assertThat(files()).hasSize(20);
      Await.until("it waits longer between attempts", () -> firstAttempts.size() >= 3);
      int before = firstAttempts.size();

      fake.heal();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).hasSize(20);
      assertThat(firstAttempts.size() - before).as("writes for 20 files").isBetween(5, 10);
    }
  }

  @Test
  void parksTheRowThatTheStoreRefusesAndStoresItsNeighbours() {
    fake.fail();
    SinkCalls.refuse(fake, "poison");
    try (MlInfra ml = connect(QUICK, Durability.SPOOL_FIRST)) {
      for (int i = 0; i < 100; i++) {
        ml.decisions().log(decision(i == 37 ? "poison" : "a" + i));
      }
      assertThat(ml.decisions().sync(LONG)).isTrue();
      fake.heal();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).hasSize(99);
      assertThat(fake.deadLetters()).hasSize(1);
      assertThat(ml.decisions().ledger().parked()).isEqualTo(1);
      assertThat(ml.decisions().ledger().stored()).isEqualTo(99);
      assertThat(ml.decisions().ledger().balanced()).isTrue();
    }
  }

  @Test
  void countsWhatADamagedFileHasLostAndStoresTheRest() throws IOException {
    fake.fail();
    try (MlInfra ml = connect(QUICK, Durability.SPOOL_FIRST)) {
      IntStream.range(0, 40).forEach(i -> ml.decisions().log(decision("a" + i)));
      assertThat(ml.decisions().sync(LONG)).isTrue();
      for (int i = 0; i < 3; i++) {
        ml.decisions().log(decision("b" + i));
        assertThat(ml.decisions().sync(LONG)).isTrue();
      }
      List<Path> files = files();
      Path last = files.get(files.size() - 1);
      byte[] bytes = Files.readAllBytes(last);
      bytes[bytes.length - 3] ^= 4;
      Files.write(last, bytes);

      fake.heal();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).hasSize(42);
      Ledger ledger = ml.decisions().ledger();
      assertThat(ledger.dropped()).isEqualTo(Map.of(DropReason.SPOOL_DAMAGED, 1L));
      assertThat(ledger.stored()).isEqualTo(42);
      assertThat(ledger.balanced()).isTrue();
      Await.until("it is set aside", () -> Files.isDirectory(spool().resolve("damaged")));
    }
  }

  @Test
  void dropsAndCountsOnceTheSpoolIsFull() {
    fake.fail();
    try (MlInfra ml =
        connect(
            QUICK.toBuilder().maxQueuedRows(8_192).maxBatchRows(5_000).build(),
            Durability.MEMORY)) {
      DecisionLog log = ml.decisions();
      int accepted = 0;
      while (log.ledger().dropped().isEmpty()) {
        accepted += log.log(decision("a")).accepted() ? 1 : 0;
        assertThat(log.ledger().balanced()).isTrue();
      }
      assertThat(size()).isLessThanOrEqualTo(1 << 20);
      fake.heal();
      assertThat(log.flush(LONG)).isTrue();
      assertThat(log.ledger().stored()).isEqualTo(accepted);
      assertThat(log.ledger().dropped()).containsOnlyKeys(DropReason.FULL);
    }
  }

  @Test
  void goesOnInMemoryWhileTheDirectoryIsGoneAndUsesItAgainAfterwards() throws IOException {
    try (MlInfra ml = connect(QUICK, Durability.SPOOL_FIRST)) {
      deleteSpool();
      Files.writeString(spool(), "in the way");
      ml.decisions().log(decision("a"));
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).hasSize(1);

      Files.delete(spool());
      fake.fail();
      Await.until(
          "the spool works again",
          () -> {
            ml.decisions().log(decision("b"));
            return ml.decisions().ledger().spooled() > 0;
          });
      assertThat(files()).isNotEmpty();
      fake.heal();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(ml.decisions().ledger().stored()).isEqualTo(fake.decisions().size());
      assertThat(ml.decisions().ledger().droppedTotal()).isZero();
    }
  }

  @Test
  void countsEachFileOnceWhenTheDiskDoesNotLetItGo() throws IOException {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    AtomicReference<CountDownLatch> gate = new AtomicReference<>(first);
    fake.before(Part.DECISION_SINK, call -> await(gate.get()));
    try (MlInfra ml = connect(QUICK, Durability.SPOOL_FIRST)) {
      logAndSync(ml.decisions());
      Await.until("the first file is on its way", () -> firstAttempts.size() == 1);
      for (int i = 0; i < 5; i++) {
        logAndSync(ml.decisions());
      }
      gate.set(second);
      first.countDown();
      Await.until("the others are on their way", () -> firstAttempts.size() == 2);
      deleteSpool();
      Files.writeString(spool(), "in the way");
      second.countDown();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(ml.decisions().ledger().stored()).isEqualTo(6);
      assertThat(ml.decisions().ledger().spooled()).isZero();
      assertThat(ml.decisions().ledger().droppedTotal()).isZero();
    }
    assertThat(fake.decisions()).hasSize(6);
  }

  private static void await(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void logAndSync(DecisionLog log) {
    log.log(decision("a"));
    assertThat(log.sync(LONG)).isTrue();
  }

  @Test
  void countsFilesThatSomebodyDeleted() throws IOException {
    fake.fail();
    try (MlInfra ml = connect(QUICK, Durability.SPOOL_FIRST)) {
      ml.decisions().log(decision("a"));
      assertThat(ml.decisions().sync(LONG)).isTrue();
      Await.until("it was read", () -> firstAttempts.size() >= 2);
      ml.decisions().log(decision("b"));
      assertThat(ml.decisions().sync(LONG)).isTrue();
      for (Path file : files()) {
        Files.delete(file);
      }
      fake.heal();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(ml.decisions().ledger().dropped()).isEqualTo(Map.of(DropReason.SPOOL_DAMAGED, 1L));
      assertThat(ml.decisions().ledger().stored()).isEqualTo(1);
      ml.decisions().log(decision("c"));
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void losesNothingWhenTheDirectoryIsTakenAwayAndBroughtBack(boolean inTheWay) throws IOException {
    fake.fail();
    try (MlInfra ml = connect(QUICK, Durability.SPOOL_FIRST)) {
      logAndSync(ml.decisions());
      Await.until("it was read", () -> firstAttempts.size() >= 2);
      for (int i = 0; i < 19; i++) {
        logAndSync(ml.decisions());
      }
      Path away = temp.resolve("away");
      Files.move(spool(), away);
      if (inTheWay) {
        Files.writeString(spool(), "in the way");
      }
      fake.heal();
      Await.until("what was read is stored", () -> !fake.decisions().isEmpty());
      ml.decisions().log(decision("in memory meanwhile"));
      Await.until("stored past the spool", () -> fake.decisions().size() == 2);
      assertThat(ml.decisions().flush(Duration.ofSeconds(1))).isFalse();

      Files.deleteIfExists(spool());
      Files.move(away, spool());
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(ml.decisions().ledger().stored()).isEqualTo(21);
      assertThat(ml.decisions().ledger().droppedTotal()).isZero();
    }
    assertThat(fake.decisions()).hasSize(21);
  }

  @Test
  void refusesADirectoryThatAnotherProcessUses() {
    try (MlInfra first = connect(QUICK, Durability.MEMORY)) {
      assertThatThrownBy(() -> connect(QUICK, Durability.MEMORY))
          .isInstanceOf(ConflictException.class)
          .hasMessageContaining("one process at a time");
      assertThat(first.decisions().log(decision("a")).accepted()).isTrue();
    }
    connect(QUICK, Durability.MEMORY).close();
  }

  @Test
  void leavesTheDirectoryToOthersWhenItCannotBeConnected() throws IOException {
    DecisionSink real = RecordingWiring.opened(fake).part(DecisionSink.class);
    Object faulty =
        Proxy.newProxyInstance(
            DecisionSink.class.getClassLoader(),
            new Class<?>[] {DecisionSink.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("numbering")) {
                throw new IllegalStateException("faulty plug-in");
              }
              return method.invoke(real, arguments);
            });
    MlInfraConfig.Builder config =
        MlInfraConfig.forService("test")
            .spool(SpoolOptions.of(spool()))
            .install(TestModule.providing(DecisionSink.class, (DecisionSink) faulty));
    assertThatThrownBy(() -> MlInfra.connect(config.build())).hasMessageContaining("faulty");

    connect(QUICK, Durability.MEMORY).close();
  }

  @Test
  void startsInTheBackgroundBesideAProcessThatUsesTheDirectoryAndTakesItOver() {
    MlInfra first = connect(QUICK, Durability.SPOOL_FIRST);
    try (MlInfra next =
        MlInfra.connect(config(QUICK, Durability.SPOOL_FIRST).start(Start.BACKGROUND).build())) {
      next.decisions().log(decision("a"));
      assertThat(next.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).hasSize(1);
      fake.fail();
      first.decisions().log(decision("left"));
      first.close();
      Await.until(
          "it spools",
          () -> {
            next.decisions().log(decision("b"));
            return next.decisions().ledger().spooled() > 0;
          });
      fake.heal();
      assertThat(next.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).extracting(Decision::action).contains("left");
    }
  }

  @Test
  void letsTheNextProcessInWhenItClosesWhileTheStoreDoesNotAnswer() {
    try (MlInfra first = connect(QUICK, Durability.SPOOL_FIRST)) {
      fake.hang(Part.DECISION_SINK);
      first.decisions().log(decision("left"));
      assertThat(first.decisions().sync(LONG)).isTrue();
      Await.until("it is sent", () -> !firstAttempts.isEmpty());
    }
    fake.heal();
    try (MlInfra next = connect(QUICK, Durability.SPOOL_FIRST)) {
      Await.until("it is stored", () -> fake.decisions().size() == 1);
      assertThat(next.decisions().ledger().offered()).isZero();
    }
  }

  @Test
  void spoolsWhatIsLeftWhenItClosesWhilePaused() {
    fake.fail();
    MlInfra ml = connect(QUICK, Durability.MEMORY);
    IntStream.range(0, 10).forEach(i -> ml.decisions().log(decision("a" + i)));
    ml.pause();
    ml.close();
    assertThat(ml.decisions().ledger().spooled()).isEqualTo(10);
    assertThat(ml.decisions().ledger().droppedTotal()).isZero();
  }

  @Test
  void keepsFilesForItsOwnUserOnly() throws IOException {
    fake.fail();
    connectLogAndClose();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(spool())))
        .isEqualTo("rwx------");
    for (Path file : files()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void balancesAtAnyInstantWhileThreadsLogAndTheStoreFlickers(Durability durability)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try (MlInfra ml =
        connect(QUICK.toBuilder().maxQueuedRows(64).maxBatchRows(16).build(), durability)) {
      List<Future<Integer>> producers = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        String name = "t" + t;
        producers.add(threads.submit(() -> logAndCheck(ml.decisions(), name)));
      }
      int accepted = 0;
      for (Future<Integer> producer : producers) {
        accepted += producer.get();
      }
      fake.heal();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      Ledger ledger = ml.decisions().ledger();
      assertThat(ledger.offered()).isEqualTo(6_000);
      assertThat(ledger.stored()).isEqualTo(accepted);
      assertThat(ledger.spooled()).isZero();
      assertThat(ledger.buffered()).isZero();
      Set<UUID> ids = new HashSet<>();
      assertThat(fake.decisions()).hasSize(accepted).allMatch(d -> ids.add(d.id()));
    } finally {
      threads.shutdownNow();
    }
  }

  private void outage(boolean down) {
    if (down) {
      fake.fail();
    } else {
      fake.heal();
    }
  }

  private int logAndCheck(DecisionLog log, String name) {
    int accepted = 0;
    for (int i = 0; i < 2_000; i++) {
      outage(i % 100 > 60);
      accepted += log.log(decision(name + i)).accepted() ? 1 : 0;
      Ledger ledger = log.ledger();
      assertThat(ledger.balanced()).isTrue();
      assertThat(ledger.buffered()).isNotNegative();
      assertThat(ledger.spooled()).isNotNegative();
    }
    return accepted;
  }

  private void connectLogAndClose() {
    MlInfra ml = connect(QUICK, Durability.SPOOL_FIRST);
    ml.decisions().log(decision("a"));
    ml.close();
  }

  private List<Decision> logWithoutDrop(DecisionLog log, int count) {
    List<Decision> logged = new ArrayList<>();
    while (logged.size() < count) {
      Decision decision = decision("a" + logged.size());
      Await.until("there is room", () -> log.ledger().buffered() < 200);
      assertThat(log.log(decision).accepted()).isTrue();
      logged.add(decision);
    }
    return logged;
  }

  private MlInfra connect(BufferOptions options, Durability durability) {
    return MlInfra.connect(config(options, durability).build());
  }

  private MlInfraConfig.Builder config(BufferOptions options, Durability durability) {
    return MlInfraConfig.forService("test")
        .decisions(options)
        .spool(SpoolOptions.builder(spool()).maxBytes(1 << 20).durability(durability).build())
        .install(fake.only(DecisionSink.class, DeadLetterStore.class));
  }

  private Path spool() {
    return temp.resolve("spool");
  }

  private List<Path> files() {
    try (Stream<Path> all = Files.list(spool())) {
      return all.filter(file -> file.toString().endsWith(".copy")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long size() {
    return files().stream().mapToLong(file -> file.toFile().length()).sum();
  }

  private void deleteSpool() throws IOException {
    try (Stream<Path> all = Files.walk(spool())) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path); // what is stored is deleted meanwhile
      }
    }
  }

  private static Decision decision(String action) {
    return Decision.by("agent").action(action).propensity(0.5).build();
  }
}
