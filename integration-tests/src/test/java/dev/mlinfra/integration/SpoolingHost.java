package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionBuilder;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.RecordingTelemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A host in a process of its own, configured by its environment. It logs until it is killed or has
 * logged as much as it was told, and says which ids it may rely on.
 */
final class SpoolingHost {
  static final String AGENT = "spooling-host";
  private static final int GROUP = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private SpoolingHost() {}

  /**
   * Takes how many decisions to log at most, and whom they are about if they are about somebody.
   */
  public static void main(String[] args) {
    RecordingTelemetry meters = new RecordingTelemetry();
    MlInfraConfig config =
        MlInfraConfig.fromEnvironment().toBuilder()
            .decisions(
                BufferOptions.builder()
                    .linger(Duration.ofMillis(5))
                    .closeTimeout(Duration.ofSeconds(2))
                    .build())
            .install(meters)
            .build();
    DecisionLog log;
    try (MlInfra ml = MlInfra.connect(config)) {
      log = ml.decisions();
      int most = Integer.parseInt(args[0]);
      for (int logged = 0; logged < most; logged += GROUP) {
        logGroup(log, args.length > 1 ? args[1] : null);
      }
    }
    say("refused-by-disk " + meters.value(Instrument.SPOOL_FAILURES));
    say("ledger " + log.ledger());
  }

  private static void logGroup(DecisionLog log, @Nullable String subject) {
    List<Decision> group = new ArrayList<>();
    for (int i = 0; i < GROUP; i++) {
      DecisionBuilder about =
          Decision.by(AGENT).action("a").propensity(0.5).features(new float[16]).deferred(true);
      Decision decision = subject == null ? about.build() : about.subject(subject).build();
      if (log.log(decision).accepted()
          && log.activate(decision.id()).accepted()
          && log.feedback(Feedback.of(decision.id(), 1)).accepted()) {
        group.add(decision);
      }
    }
    if (log.sync(PATIENCE)) {
      group.forEach(decision -> say("safe " + decision.id()));
    } else {
      say("unsafe " + group.size());
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
