package dev.mlinfra.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.embedded.EmbeddedStack;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ExamplesIT {
  private static EmbeddedStack servers;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @BeforeAll
  static void startServers() {
    servers = EmbeddedStack.start();
  }

  @AfterAll
  static void stopServers() {
    servers.close();
  }

  @Test
  void firstProgramReadsItsDecisionBackWithItsReward() {
    FirstProgram.run(servers.config("ranker").build(), out);

    assertThat(printed()).contains("ranker item-79", "feedbackCount=1", "rewardSum=1.0");
  }

  @Test
  void logDecisionsStoresTwoRefusesOneAndCountsTheClickOnce() {
    LogDecisions.run(servers.config("log-decisions"), out);

    assertThat(printed())
        .contains(
            "live: ACCEPTED",
            "impossible: REJECTED decision.propensity was 1.5 but must be in (0, 1]",
            "decisions: offered 3 = stored 2 + buffered 0",
            "feedback: offered 2 = stored 2 + buffered 0",
            "seen before: 1");
  }

  @Test
  void collectFeedbackCountsWhatWasShownOnceAndAsItWasRevised() {
    CollectFeedback.run(servers.config("collect-feedback"), out);

    assertThat(printed().lines()).containsExactly("story-7 click 1.0", "story-7 sale 5.0");
  }

  @Test
  void compareInShadowKeepsBothDecisionsUnderOneIdAndFeedbackReachesBoth() {
    CompareInShadow.run(servers.config("compare-in-shadow"), out);

    assertThat(printed().lines())
        .containsExactly(
            "acted on: PASS PASS",
            "forest/17 {AGREED=1, DIFFERED=1}",
            "broken/1 {FAILED=2}",
            "LIVE rules PASS reward 0.0",
            "SHADOW forest PASS reward 0.0",
            "LIVE rules PASS reward 1.0",
            "SHADOW forest ALERT reward 1.0");
  }

  @Test
  void exportTrainingSetTakesTheLastRewardOfTheWindowAndTheFeaturesOfThen() {
    ExportTrainingSet.run(servers.config("export-training-set"), out);

    assertThat(printed().lines())
        .containsExactly(
            "2 rows",
            "story-1 0.25 1.0 1.0 1.0 2 PRESENT 2.0",
            "story-2 0.25 1.0 1.0 0.0 0 PRESENT 9.0",
            "{story-1=1.0, story-2=0.0}",
            "the same bytes: true");
  }

  @Test
  void serveFeaturesNeverLooksIntoTheFuture() {
    ServeFeatures.run(servers.config("serve-features"), out);

    assertThat(printed().lines())
        .containsExactly(
            "online visitor-1 PRESENT views 12.0",
            "online visitor-2 MISSING views -",
            "as of visitor-1 MISSING views -",
            "as of visitor-1 PRESENT views 10.0");
  }

  @Test
  void consumeEventsParksTheOneThatCannotBeRead() {
    ConsumeEvents.run(servers.config("consume-events"), out);

    assertThat(printed().lines())
        .containsExactly(
            "handled 2, dead letters 1",
            "cart {seconds=40.0, views=1.0}",
            "home {seconds=12.0, views=1.0}");
  }

  @Test
  void storeArtifactsKeepsTheSameBytesOnce() throws IOException {
    StoreArtifacts.run(servers.config("store-artifacts"), out);

    assertThat(printed())
        .contains(
            "the same bytes are kept once: true",
            "came back whole: true",
            "found by digest: true",
            "22 bytes, sha256 ");
  }

  @Test
  void promoteModelsRollsBackAndSaysWhy() {
    PromoteModels.run(servers.config("promote-models"), out);

    assertThat(printed().lines())
        .containsExactly(
            "champion is v1: weight=0.10",
            "v1 by anna: the first one",
            "v2 by anna: better AUC",
            "v1 by bob: clicks fell");
  }

  @Test
  void findSimilarPatternsFindsTheNearestFirst() {
    FindSimilarPatterns.run(servers.config("find-similar-patterns"), out);

    assertThat(printed().lines()).containsExactly("coat 0.995", "jacket 0.949");
  }

  @Test
  void surviveAnOutageLosesNothing() {
    SurviveAnOutage.run(servers, out);

    assertThat(printed().lines())
        .containsExactly(
            "postgres is DOWN",
            "accepted meanwhile: 10000",
            "buffered: 10000",
            "all stored after the restart: true",
            "offered 10000 = stored 10000 + buffered 0 + spooled 0 + parked 0 + sampled out 0"
                + " + dropped 0 + rejected 0");
  }

  private String printed() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
