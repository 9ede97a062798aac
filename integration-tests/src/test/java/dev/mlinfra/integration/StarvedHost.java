package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingTelemetry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A host in a process of its own that opens files until it may open no more, logs meanwhile, and
 * closes them again.
 */
final class StarvedHost {
  private static final int DECISIONS = 100;
  private static final int SLACK = 8;
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private StarvedHost() {}

  public static void main(String[] args) throws IOException {
    RecordingTelemetry meters = new RecordingTelemetry();
    MlInfraConfig config =
        MlInfraConfig.fromEnvironment().toBuilder()
            .decisions(
                BufferOptions.builder()
                    .linger(Duration.ofMillis(5))
                    .backoff(Duration.ofMillis(20), Duration.ofMillis(100))
                    .build())
            .install(meters)
            .build();
    try (MlInfra ml = MlInfra.connect(config)) {
      Answers answers = new Answers();
      logUntilWritesFail(0, ml, answers, meters); // now every class is loaded
      say("settled at first " + ml.decisions().flush(Duration.ofSeconds(30)));
      int before = descriptors();

      List<InputStream> hogs = hog();
      say("hogged " + hogs.size());
      logUntilWritesFail(2, ml, answers, meters);
      say("failed " + failures(meters));
      log(ml, answers);
      for (InputStream hog : hogs) {
        hog.close();
      }
      log(ml, answers);

      say("settled " + ml.decisions().flush(Duration.ofSeconds(60)));
      int after = descriptors();
      say("left " + (after <= before + SLACK ? "as before" : after + ", before " + before));
      say("rejected " + answers.count(Status.REJECTED));
      say("accepted " + answers.acceptedCount());
      say("ledger " + ml.decisions().ledger());
    }
  }

  private static void logUntilWritesFail(
      int times, MlInfra ml, Answers answers, RecordingTelemetry meters) {
    Await.until(
        "connections were ended and none can be opened",
        () -> {
          log(ml, answers);
          return failures(meters) >= times;
        });
  }

  private static void log(MlInfra ml, Answers answers) {
    for (int i = 0; i < DECISIONS; i++) {
      Decision decision = Decision.by("starved-host").action("a").propensity(0.5).build();
      answers.note(decision.id(), ml.decisions().log(decision));
    }
  }

  private static int descriptors() {
    String[] open = DESCRIPTORS.toFile().list();
    return open == null ? 0 : open.length;
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private static long failures(RecordingTelemetry meters) {
    return meters.value(Instrument.BUFFER_WRITE_FAILURES, "decision");
  }

  private static List<InputStream> hog() {
    List<InputStream> hogs = new ArrayList<>();
    while (true) {
      try {
        hogs.add(Files.newInputStream(Path.of("/dev/zero")));
      } catch (IOException e) {
        return hogs;
      }
    }
  }
}
