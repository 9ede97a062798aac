package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.MlInfra;
import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureStatus;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.training.RewardAggregate;
import dev.mlinfra.training.TrainingFormat;
import dev.mlinfra.training.TrainingQuery;
import dev.mlinfra.training.TrainingRow;
import dev.mlinfra.training.TrainingSet;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a training set holds, wherever its rows are stored. */
abstract class TrainingSetContract {
  static final Instant NOON = Instant.parse("2024-03-01T12:00:00Z");
  static final FeatureView USERS =
      FeatureView.named("users")
          .number("age")
          .text("city")
          .flag("vip")
          .count("visits")
          .vector("taste", 2)
          .ttl(Duration.ofDays(10))
          .build();
  static final FeatureView ORDERS = FeatureView.named("orders").text("status").build();
  private static final UUID FIRST_ID = UUID.fromString("018df9f3-0000-7000-8000-000000000001");

  /** Connected, with the views {@link #USERS} and {@link #ORDERS}. */
  abstract MlInfra ml();

  @Test
  void writesOnlyAHeaderForNoDecisions() {
    TrainingQuery query = TrainingQuery.of(DecisionQuery.between(NOON, NOON)).defaultReward(1);
    assertThat(Exports.text(ml(), query, TrainingFormat.CSV))
        .isEqualTo(
            "decision_id,decided_at,agent,mode,model,model_version,action,propensity,weight,"
                + "completeness,reward,feedback_count,window_closed,activated_at,score,baseline_action,"
                + "latency_us,feature_set,features,context\n");
    assertThat(Exports.text(ml(), query, TrainingFormat.JSON_LINES)).isEmpty();
  }

  @Test
  void quotesWhatAReaderWouldMistake() {
    log(
        Decision.by("comma, quote\" ö 日本 🎯")
            .id(FIRST_ID)
            .decidedAt(NOON)
            .model("m", "")
            .action(" line\nbreak ")
            .propensity(0.25)
            .score(-1e-9)
            .baselineAction("none")
            .features(1.5f, -0f)
            .featureSet("two")
            .context("b", "back\\slash\t\u2028\u0085")
            .context("a", "")
            .latency(Duration.ofNanos(1_500_999))
            .build());
    TrainingQuery query = query("comma, quote\" ö 日本 🎯");
    assertThat(Exports.text(ml(), query, TrainingFormat.CSV).lines().skip(1))
        .containsExactly(
            FIRST_ID
                + ",2024-03-01T12:00:00.000000Z,\"comma, quote\"\" ö 日本 🎯\",LIVE,m,\"\",\" line",
            "break \",0.25,1.0,1.0,,0,,,-1.0E-9,none,1500,two,\"[1.5,-0.0]\","
                + "\"{\"\"a\"\":\"\"\"\",\"\"b\"\":\"\"back\\\\slash\\u0009\\u2028\\u0085\"\"}\"");
    assertThat(Exports.text(ml(), query, TrainingFormat.JSON_LINES))
        .isEqualTo(
            "{\"decision_id\":\""
                + FIRST_ID
                + "\",\"decided_at\":\"2024-03-01T12:00:00.000000Z\","
                + "\"agent\":\"comma, quote\\\" ö 日本 🎯\",\"mode\":\"LIVE\",\"model\":\"m\","
                + "\"model_version\":\"\",\"action\":\" line\\u000abreak \",\"propensity\":0.25,"
                + "\"weight\":1.0,\"completeness\":1.0,\"feedback_count\":0,\"score\":-1.0E-9,"
                + "\"baseline_action\":\"none\",\"latency_us\":1500,\"feature_set\":\"two\","
                + "\"features\":[1.5,-0.0],"
                + "\"context\":{\"a\":\"\",\"b\":\"back\\\\slash\\u0009\\u2028\\u0085\"}}\n");
  }

  @Test
  void makesOneRewardOfTheFeedbackWithinTheWindow() {
    Decision rewarded = decision("rewards", NOON);
    Decision ignored = decision("rewards", NOON.plusSeconds(1));
    log(rewarded, ignored);
    double[] rewards = {4, 1, 7, 100};
    long[] seconds = {-5, 10, 60, 61};
    for (int i = 0; i < rewards.length; i++) {
      give(Feedback.of(rewarded.id(), rewards[i]).observedAt(NOON.plusSeconds(seconds[i])));
    }
    give(Feedback.of(rewarded.id(), 50).kind("other").observedAt(NOON));
    TrainingQuery query =
        TrainingQuery.of(
                DecisionQuery.between(NOON, NOON.plusSeconds(60))
                    .agent("rewards")
                    .feedbackKind("reward"))
            .window(Duration.ofSeconds(60));
    assertThat(reward(query.reward(RewardAggregate.FIRST))).isEqualTo("4.0,3,true");
    assertThat(reward(query.reward(RewardAggregate.LAST))).isEqualTo("7.0,3,true");
    assertThat(reward(query.reward(RewardAggregate.SUM))).isEqualTo("12.0,3,true");
    assertThat(reward(query.reward(RewardAggregate.MAX))).isEqualTo("7.0,3,true");
    assertThat(reward(query.reward(RewardAggregate.MEAN))).isEqualTo("4.0,3,true");
    assertThat(row(query, 1)).contains(",1.0,,0,true,");
    assertThat(row(query.defaultReward(-0.5), 1)).contains(",1.0,-0.5,0,true,");
    assertThat(row(query.window(Duration.ofDays(40_000)), 0)).contains(",112.0,4,false,");
  }

  @Test
  void countsRepeatedFeedbackOnceAndRevisedFeedbackInPlaceOfWhatItReplaces() {
    Decision decision = decision("revised", NOON);
    Feedback sale = Feedback.of(decision.id(), 20).kind("sale").observedAt(NOON.plusSeconds(10));
    Feedback revised = Feedback.of(decision.id(), 15).kind("sale").replaces(true);
    give(
        revised.observedAt(
            NOON.plusSeconds(30))); // before its decision, and before what it replaces
    log(decision);
    give(sale);
    give(sale);
    give(Feedback.of(decision.id(), 1).kind("click").key("m-1").observedAt(NOON.plusSeconds(5)));
    give(Feedback.of(decision.id(), 9).kind("click").key("m-1").observedAt(NOON.plusSeconds(6)));
    give(Feedback.of(decision.id(), 4).kind("sale").observedAt(NOON.plusSeconds(40)));
    TrainingQuery query = query("revised");
    assertThat(reward(query)).isEqualTo("20.0,3,");
    assertThat(reward(query.window(Duration.ofSeconds(30)))).isEqualTo("16.0,2,true");
    assertThat(reward(query.window(Duration.ofSeconds(29)))).isEqualTo("21.0,2,true");
    assertThat(reward(query.reward(RewardAggregate.FIRST))).isEqualTo("1.0,3,");
    assertThat(
            reward(
                TrainingQuery.of(query.decisions().feedbackKind("sale"))
                    .reward(RewardAggregate.MEAN)))
        .isEqualTo("9.5,2,");
  }

  @Test
  void letsARevisionReplaceWhatWasObservedAtTheSameTime() {
    for (int i = 0; i < 20; i++) { // ids order ties, at random
      Decision decision = decision("ties", NOON.plusSeconds(i));
      log(decision);
      give(Feedback.of(decision.id(), 3).observedAt(NOON));
      give(Feedback.of(decision.id(), 5).observedAt(NOON).replaces(true));
      give(Feedback.of(decision.id(), 7).observedAt(NOON).kind("other"));
    }
    assertThat(Exports.rows(ml(), query("ties"))).hasSize(20).allMatch(r -> r.contains(",12.0,2,"));
    ml().history()
        .outcomes(
            query("ties").decisions(), outcome -> assertThat(outcome.rewardSum()).isEqualTo(12));
  }

  @Test
  void countsEachRewardThatIsGivenForNow() {
    Decision decision = decision("clicks", NOON);
    log(decision);
    for (int i = 0; i < 20_000; i++) {
      assertThat(ml().decisions().feedback(decision.id(), 1).accepted()).isTrue();
    }
    assertThat(ml().decisions().flush(Duration.ofSeconds(60))).isTrue();
    assertThat(reward(query("clicks"))).isEqualTo("20000.0,20000,");
  }

  @Test
  void sumsAndAveragesTheLargestRewards() {
    Decision decision = decision("large", NOON);
    log(decision);
    for (int i = 0; i < 4; i++) {
      give(Feedback.of(decision.id(), 1e100).kind("kind-" + i));
    }
    assertThat(reward(query("large"))).isEqualTo("4.0E100,4,");
    assertThat(reward(query("large").reward(RewardAggregate.MEAN))).isEqualTo("1.0E100,4,");
  }

  @Test
  void givesTheDefaultRewardOnceTheWindowHasClosed() {
    log(decision("patient", NOON), decision("patient", Instant.now()));
    TrainingQuery query =
        TrainingQuery.of(
                DecisionQuery.between(NOON, Instant.now().plus(Duration.ofDays(1)))
                    .agent("patient"))
            .defaultReward(-1);
    assertThat(Exports.rows(ml(), query)).allMatch(row -> row.contains(",1.0,-1.0,0,,"));
    TrainingQuery windowed = query.window(Duration.ofHours(1));
    assertThat(row(windowed, 0)).contains(",1.0,-1.0,0,true,");
    assertThat(row(windowed, 1)).contains(",1.0,,0,false,");
  }

  @Test
  void leavesOutDeferredDecisionsUntilTheyAreActivatedAndOpensTheirWindowThen() {
    Instant shown = NOON.plus(Duration.ofHours(8));
    Decision prepared = deferred(NOON);
    Decision never = deferred(NOON.plusSeconds(1));
    log(prepared, never);
    give(Feedback.of(prepared.id(), 3).observedAt(shown.plusSeconds(60)));
    give(Feedback.of(never.id(), 3).observedAt(shown.plusSeconds(60)));
    TrainingSet before = ml().training().set(query("prepared"));
    assertThat(Exports.text(before, TrainingFormat.CSV).lines()).hasSize(1);

    activate(Activation.of(prepared.id()).activatedAt(shown));
    activate(Activation.of(prepared.id()).activatedAt(shown.plusSeconds(900)));

    assertThat(Exports.text(before, TrainingFormat.CSV).lines()).hasSize(1);
    assertThat(Exports.rows(ml(), query("prepared").window(Duration.ofSeconds(60))))
        .singleElement()
        .asString()
        .startsWith(prepared.id().toString())
        .contains(",3.0,1,true,2024-03-01T20:00:00.000000Z,");
    assertThat(reward(query("prepared").window(Duration.ofSeconds(59)))).isEqualTo(",0,true");
  }

  @Test
  void narrowsToOneMode() {
    Decision live = decision("modes", NOON);
    log(live, live.toBuilder().decidedAt(NOON.plusNanos(1_000)).mode(DecisionMode.SHADOW).build());
    assertThat(Exports.rows(ml(), query("modes"))).hasSize(2);
    assertThat(Exports.rows(ml(), query("modes").mode(DecisionMode.SHADOW)))
        .singleElement()
        .asString()
        .contains("12:00:00.000001Z,modes,SHADOW");
  }

  @Test
  void putsFeaturesBesideADecisionAsTheyWereKnownThen() {
    ml().features().put("users", List.of(user("ann", 1, 30), user("ann", 3, 31)));
    for (int day = 0; day <= 20; day += 2) {
      log(
          Decision.by("features")
              .decidedAt(NOON.plus(Duration.ofDays(day)))
              .action("bob")
              .context("user", "ann")
              .build());
    }
    log(decision("features", NOON.plus(Duration.ofDays(21))));
    assertThat(Exports.rows(ml(), query("features").featuresByContext("users", "user")))
        .extracting(line -> line.substring(line.lastIndexOf('}') + 3))
        .startsWith(
            "MISSING,,,,,",
            "PRESENT,30.5,Köln,true,30,\"[0.5,30.0]\"",
            "PRESENT,31.5,Köln,true,31,\"[0.5,31.0]\"")
        .contains("EXPIRED,,,,,");
    assertThat(Exports.rows(ml(), query("features").featuresByAction("users")))
        .hasSize(12)
        .allMatch(line -> line.endsWith(",MISSING,,,,,"));
  }

  @Test
  void handsOverTheRowsThatItWrites() {
    ml().features().put("users", List.of(user("ann", 1, 30)));
    Decision first = decision("typed", NOON);
    Decision second =
        Decision.by("typed")
            .decidedAt(NOON.plus(Duration.ofDays(2)))
            .action("a")
            .context("user", "ann")
            .build();
    log(second, first);
    give(Feedback.of(second.id(), 3).observedAt(second.decidedAt()));
    TrainingQuery query =
        query("typed")
            .window(Duration.ofHours(1))
            .defaultReward(-1)
            .featuresByContext("users", "user");
    TrainingSet set = ml().training().set(query);
    List<TrainingRow> rows = new ArrayList<>();
    assertThat(set.forEach(rows::add)).isEqualTo(2);

    give(Feedback.of(first.id(), 5).observedAt(NOON)); // after the bound
    List<TrainingRow> again = new ArrayList<>();
    ml().training().set(set.query()).forEach(again::add);
    assertThat(again).usingRecursiveComparison().isEqualTo(rows);
    assertThat(rows)
        .extracting(row -> row.decision().id())
        .containsExactly(first.id(), second.id());
    assertThat(rows).extracting(row -> row.reward().orElseThrow()).containsExactly(-1.0, 3.0);
    assertThat(rows).extracting(TrainingRow::feedbackCount).containsExactly(0L, 1L);
    assertThat(rows).allMatch(row -> row.weight() == 1 && row.completeness() == 1);
    assertThat(rows).allMatch(row -> row.windowClosed().orElseThrow());
    assertThat(rows)
        .extracting(row -> row.features().get("users").status())
        .containsExactly(FeatureStatus.MISSING, FeatureStatus.PRESENT);
    assertThat(rows.get(1).features().get("users").row().orElseThrow().values())
        .containsEntry("age", 30.5);
  }

  @Test
  void endsAPassWhenItsReaderThrows() {
    log(decision("stopped", NOON), decision("stopped", NOON.plusSeconds(1)));
    TrainingSet set = ml().training().set(query("stopped"));
    IllegalStateException enough = new IllegalStateException("enough");
    List<TrainingRow> seen = new ArrayList<>();
    assertThatThrownBy(
            () ->
                set.forEach(
                    row -> {
                      seen.add(row);
                      throw enough;
                    }))
        .isSameAs(enough);
    assertThat(seen).hasSize(1);
  }

  @Test
  void refusesABoundThatIsNotSettledAndAViewThatIsNotDeclared() {
    assertThatThrownBy(
            () ->
                ml().training()
                    .set(query("none").knownBefore(Instant.now().plus(Duration.ofDays(1)))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("training.knownBefore was")
        .hasMessageContaining("since later rows may still come; ask again later or leave it out");
    assertThatThrownBy(() -> ml().training().set(query("none").featuresByAction("nowhere")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void refusesTwoColumnsOfOneName() {
    assertThatThrownBy(() -> ml().training().set(query("none").featuresByAction("orders")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "training.features was 'orders.status' but must be one column; rename the feature in a"
                + " view of its own");
  }

  @Test
  void givesTheSameBytesWhenFeaturesComeForADecisionOfAClockAhead() {
    log(decision("ahead", Instant.now().plus(Duration.ofHours(1))));
    TrainingQuery query =
        TrainingQuery.of(
                DecisionQuery.between(NOON, Instant.now().plus(Duration.ofHours(2))).agent("ahead"))
            .featuresByAction("users");
    TrainingSet set = ml().training().set(query);
    String first = Exports.text(set, TrainingFormat.CSV);
    ml().features()
        .put("users", List.of(FeatureRow.builder("a", Instant.now()).value("age", 31.0).build()));
    assertThat(Exports.rows(ml(), query)).singleElement().asString().contains(",PRESENT,31.0,");
    assertThat(first).isEqualTo(Exports.text(set, TrainingFormat.CSV));
  }

  @Test
  void takesAnySpanOfTime() {
    log(decision("ever", NOON));
    DecisionQuery ever = DecisionQuery.between(Instant.MIN, Instant.MAX).agent("ever");
    assertThat(Exports.rows(ml(), TrainingQuery.of(ever))).hasSize(1);
    assertThat(ml().history().outcomes(ever, outcome -> {})).isEqualTo(1);
    assertThat(ml().history().completeness(Instant.MIN, Instant.MAX)).isNotEmpty();
    assertThat(Exports.rows(ml(), TrainingQuery.of(ever).knownBefore(Instant.MIN))).isEmpty();
  }

  @Test
  void saysThatTheStreamCannotBeWritten() {
    log(decision("full", NOON));
    assertThatThrownBy(
            () ->
                ml().training()
                    .set(query("full"))
                    .write(
                        TrainingFormat.CSV,
                        new OutputStream() {
                          @Override
                          public void write(int b) throws IOException {
                            throw new IOException("no space left");
                          }
                        }))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("training set could not be written to the given stream")
        .hasMessageContaining("no space left");
  }

  static TrainingQuery query(String agent) {
    return TrainingQuery.of(
        DecisionQuery.between(NOON, NOON.plus(Duration.ofDays(30))).agent(agent));
  }

  static Decision decision(String agent, Instant at) {
    return Decision.by(agent).decidedAt(at).action("a").build();
  }

  final void log(Decision... decisions) {
    for (Decision decision : decisions) {
      assertThat(ml().decisions().log(decision).accepted()).isTrue();
    }
    assertThat(ml().decisions().flush(Duration.ofSeconds(60))).isTrue();
  }

  final void give(Feedback feedback) {
    assertThat(ml().decisions().feedback(feedback).accepted()).isTrue();
    assertThat(ml().decisions().flush(Duration.ofSeconds(60))).isTrue();
  }

  private static Decision deferred(Instant at) {
    return decision("prepared", at).toBuilder().deferred(true).build();
  }

  private void activate(Activation activation) {
    assertThat(ml().decisions().activate(activation).accepted()).isTrue();
    assertThat(ml().decisions().flush(Duration.ofSeconds(60))).isTrue();
  }

  private static FeatureRow user(String name, int day, int age) {
    Instant at = NOON.plus(Duration.ofDays(day));
    return FeatureRow.builder(name, at)
        .knownAt(at)
        .value("age", age + 0.5)
        .value("city", "Köln")
        .value("vip", true)
        .value("visits", (long) age)
        .value("taste", new float[] {0.5f, age})
        .build();
  }

  private String row(TrainingQuery query, int index) {
    return Exports.rows(ml(), query).get(index);
  }

  /** Reward, count and whether the window is closed, of the first row. */
  private String reward(TrainingQuery query) {
    String[] fields = row(query, 0).split(",", -1);
    return fields[10] + "," + fields[11] + "," + fields[12];
  }
}
