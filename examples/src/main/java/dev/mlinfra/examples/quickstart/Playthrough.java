package dev.mlinfra.examples.quickstart;

import dev.mlinfra.MlInfra;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.event.EventStreams;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The story from the first decision to the served model, a step at a time, and the check that the
 * servers tell the same story in the end.
 */
final class Playthrough {
  private final MlInfra ml;
  private final OpenBanditData data;
  private final Path workingDirectory;
  private final List<Click> clicks;
  private final ServeUserFeatures users;
  private final LearnPatterns learning;
  private final TrainingSet trainingSet;
  private final TrainClickModel training;

  Playthrough(MlInfra ml, OpenBanditData data, Path workingDirectory) {
    this.ml = ml;
    this.data = data;
    this.workingDirectory = workingDirectory;
    this.clicks = Click.of(data.impressions());
    this.users =
        new ServeUserFeatures(ml.features(), UserHistory.hourly(data.impressions(), clicks));
    this.learning = new LearnPatterns(ml, data);
    this.trainingSet = new TrainingSet(ml);
    this.training = new TrainClickModel(ml, workingDirectory);
  }

  /** Plays every step. */
  void play(Report report) {
    SendClicks sending = new SendClicks(ml.decisions(), clicks);
    report.step("early clicks", sending::sendEarly);
    report.step("decisions", new ReplayDecisions(ml.decisions(), data.impressions())::replay);
    report.step("clicks", sending::sendRest);
    report.step("features", users::serve);
    report.step("events", learning::learn);
    Artifact stored =
        report.step(
            "training set", () -> trainingSet.store(workingDirectory), this::describeTrainingSet);
    report.step("model", () -> training.train(stored));
    report.step("similar", () -> new FindSimilarItems(ml.patterns()).find(learning.patterns()));
  }

  /**
   * Compares what must be there with what the servers say.
   *
   * @param counts what they say
   * @param exclusive whether nobody else writes to these servers
   * @return the comparisons
   */
  SelfCheck check(ServerCounts counts, boolean exclusive) {
    SelfCheck check = new SelfCheck();
    expectPolicies(check, counts);
    expectLedgers(check, Ledgers.of(ml));
    expectLearning(check);
    if (exclusive) {
      expectNothingElse(check, counts);
    }
    return check;
  }

  /** What the last line says. */
  String summary(ServerCounts counts) {
    return "decisions=%d feedback=%d events=%d patterns=%d model=%s/%d"
        .formatted(
            counts.decisions(),
            counts.feedback(),
            learning.sum(LearnPatterns.IMPRESSIONS),
            learning.patterns().size(),
            TrainClickModel.MODEL,
            training.current().version());
  }

  private String describeTrainingSet(Artifact artifact) {
    return String.format(
        Locale.ROOT,
        "%,d rows joined point in time, %.1f MB of CSV, sha256 %s",
        trainingSet.rows(),
        artifact.sizeBytes() / 1e6,
        artifact.sha256().substring(0, 12));
  }

  private void expectPolicies(SelfCheck check, ServerCounts counts) {
    counts
        .policies()
        .forEach(
            (policy, its) ->
                check
                    .expect("decisions of " + policy, data.impressionsOf(policy), its.decisions())
                    .expect("feedback of " + policy, data.clicksOf(policy), its.feedback())
                    .expect(
                        "clicked decisions of " + policy, data.clicksOf(policy), its.clicked()));
  }

  private void expectLedgers(SelfCheck check, Ledgers ledgers) {
    long twice = clicks.stream().filter(click -> click.route() == Click.Route.TWICE).count();
    check
        .expectAllStored("decisions", data.impressions().size(), ledgers.decisions())
        .expectAllStored("feedback", clicks.size() + twice, ledgers.feedback())
        .expectAllStored("events", learning.published(), ledgers.events());
  }

  private void expectLearning(SelfCheck check) {
    long events = data.impressions().size() - learning.deadLettered();
    check
        .expect("impressions learned", events, learning.sum(LearnPatterns.IMPRESSIONS))
        .expect("clicks learned", clicks.size(), learning.sum(LearnPatterns.CLICKS))
        .expect("patterns", data.items().size(), learning.patterns().size())
        .expect("users online", users.users(), users.online())
        .expect("rows of the training set", data.impressions().size(), trainingSet.rows());
  }

  private void expectNothingElse(SelfCheck check, ServerCounts counts) {
    int features = users.historyRows() + users.users();
    check
        .expect(
            "rows of agent_decisions", data.impressions().size(), counts.counted("agent_decisions"))
        .expect("rows of agent_feedback", clicks.size(), counts.counted("agent_feedback"))
        .expect("rows of learned_patterns", data.items().size(), counts.counted("learned_patterns"))
        .expect("pending events", 0, counts.counted(EventStreams.DEFAULT_GROUP + " pending"))
        .expect("events not yet read", 0, counts.counted(EventStreams.DEFAULT_GROUP + " lag"))
        .expectAtLeast("rows of feature_store", features, counts.counted("feature_store"));
  }
}
