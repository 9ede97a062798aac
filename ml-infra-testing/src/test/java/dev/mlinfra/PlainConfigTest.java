package dev.mlinfra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.decision.DecisionMask;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.event.ConsumerOptions;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.secret.SecretSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainConfigTest {
  @TempDir Path temp;

  @Test
  void reachesEveryOptionOfTheClients() {
    MlInfraConfig config =
        MlInfraConfig.fromVariables(
            with(
                Map.ofEntries(
                    Map.entry("CONNECT_BUDGET", "PT7S"),
                    Map.entry("DECISIONS_MAX_QUEUED_ROWS", "1024"),
                    Map.entry("DECISIONS_MAX_QUEUED_BYTES", "100000"),
                    Map.entry("DECISIONS_MAX_BATCH_ROWS", "10"),
                    Map.entry("DECISIONS_LINGER", "PT1S"),
                    Map.entry("DECISIONS_MIN_BACKOFF", "PT2S"),
                    Map.entry("DECISIONS_MAX_BACKOFF", "PT3S"),
                    Map.entry("DECISIONS_CLOSE_TIMEOUT", "PT4S"),
                    Map.entry("DECISIONS_SAMPLE_RATE", "0.25"),
                    Map.entry("DECISIONS_SAMPLE_BY_LOAD", "true"),
                    Map.entry("EVENTS_MAX_BATCH_ROWS", "20"),
                    Map.entry("CONSUMERS_BATCH_SIZE", "5"),
                    Map.entry("CONSUMERS_MAX_ATTEMPTS", "2"))));
    assertThat(config.connectBudget()).isEqualTo(Duration.ofSeconds(7));
    assertThat(config.decisions())
        .isEqualTo(
            BufferOptions.builder()
                .maxQueuedRows(1_024)
                .maxQueuedBytes(100_000)
                .maxBatchRows(10)
                .linger(Duration.ofSeconds(1))
                .backoff(Duration.ofSeconds(2), Duration.ofSeconds(3))
                .closeTimeout(Duration.ofSeconds(4))
                .build());
    assertThat(config.sampling()).isEqualTo(Sampling.of(0.25).byLoad(true));
    assertThat(config.events()).isEqualTo(BufferOptions.builder().maxBatchRows(20).build());
    assertThat(config.consumers())
        .isEqualTo(ConsumerOptions.builder().batchSize(5).maxAttempts(2).build());
  }

  @Test
  void namesEveryFaultOfEverySectionAtOnce() {
    assertThatThrownBy(
            () ->
                MlInfraConfig.fromVariables(
                    with(
                        Map.of(
                            "START", "soon",
                            "CONNECT_BUDGET", "7",
                            "DECISIONS_LINGER", "50ms",
                            "DECISIONS_MAX_BATCH_ROWS", "many",
                            "EVENTS_MAX_BATCH_ROWS", "0",
                            "EVENTS_SAMPLE_RATE", "0.5",
                            "CONSUMERS_BLOCK", "PT0S"))))
        .isInstanceOfSatisfying(
            ConfigException.class,
            e ->
                assertThat(e.faults())
                    .containsExactlyInAnyOrder(
                        "ML_INFRA_START was 'soon' but must be fail_fast or background; correct it",
                        "ML_INFRA_CONNECT_BUDGET was '7' but must be an ISO-8601 duration; write"
                            + " PT5S for 5 s",
                        "decisions.linger was '50ms' but must be an ISO-8601 duration; write PT5S"
                            + " for 5 s",
                        "decisions.max_batch_rows was 'many' but must be a whole number; correct"
                            + " it",
                        "ML_INFRA_EVENTS_SAMPLE_RATE was set but is not known; correct its name or"
                            + " unset it",
                        "events.maxBatchRows was 0 but must be 1 to 100000; pass a value in that"
                            + " range",
                        "consumers.block was PT0S but must be longer than zero; pass a positive"
                            + " duration"));
  }

  @Test
  void readsFeatureViewsFromAFile() throws IOException {
    Path file =
        Files.writeString(
            temp.resolve("views"),
            """
            # what the ranker serves
            view user
              ttl P7D
              number affinity_total
              count views      # since the first visit
              flag member
              text country
              vector taste 8

            view item
              number price
            """);
    MlInfraConfig config = MlInfraConfig.fromVariables(with(Map.of("VIEWS", file.toString())));
    FeatureView user =
        FeatureView.named("user")
            .ttl(Duration.ofDays(7))
            .number("affinity_total")
            .count("views")
            .flag("member")
            .text("country")
            .vector("taste", 8)
            .build();
    assertThat(config.views())
        .extracting(FeatureView::toString)
        .containsExactly(
            user.toString(), FeatureView.named("item").number("price").build().toString());
  }

  @Test
  void namesEveryFaultOfAFileOfViewsAtOnce() throws IOException {
    Path file =
        Files.writeString(
            temp.resolve("views"),
            "number lost\nview user\n  vector taste eight\nview a{b}\n  flag x\nview empty\n");
    assertThatThrownBy(() -> MlInfraConfig.fromVariables(with(Map.of("VIEWS", file.toString()))))
        .isInstanceOfSatisfying(
            ConfigException.class,
            e ->
                assertThat(e.faults())
                    .hasSize(4)
                    .anyMatch(line -> line.startsWith(file + " line 1 was 'number lost' but must"))
                    .anyMatch(line -> line.startsWith(file + " line 3 was 'vector taste eight'"))
                    .anyMatch(line -> line.startsWith("feature view name was 'a{b}'"))
                    .anyMatch(line -> line.startsWith("feature view empty features was 0")));
    Path nowhere = temp.resolve("nowhere");
    assertThatThrownBy(() -> MlInfraConfig.fromVariables(with(Map.of("VIEWS", nowhere.toString()))))
        .hasMessage(
            "feature view file was '" + nowhere + "' but must be readable UTF-8; check its path");
  }

  @Test
  void unsetsAndReplacesWhatAnEarlierBuilderSet() {
    DecisionMask mask = decision -> decision;
    MlInfraConfig config =
        MlInfraConfig.forService("s")
            .paused(true)
            .spool(SpoolOptions.of(temp))
            .mask(mask)
            .install(TestModule.of("m", wiring -> {}))
            .build();
    MlInfraConfig changed =
        config.toBuilder()
            .paused(false)
            .spool(null)
            .mask(null)
            .replace(TestModule.of("m", wiring -> {}))
            .build();
    assertThat(changed.paused()).isFalse();
    assertThat(changed.spool()).isEmpty();
    assertThat(changed.mask()).isEmpty();
    assertThat(changed.modules()).hasSize(1).doesNotContainAnyElementsOf(config.modules());
    assertThat(config.paused()).isTrue();
    assertThat(config.mask()).contains(mask);
  }

  @Test
  void takesSecretsFromAnyStore() {
    Map<String, String> vault = Map.of("ML_INFRA_SERVICE", "ranker", "ML_INFRA_START", " ");
    SecretSource source =
        SecretSource.of(
            "vault",
            Set.of("ML_INFRA_SERVICE", "ML_INFRA_START", "ML_INFRA_PAUSED"),
            name -> Optional.ofNullable(vault.get(name)));
    assertThat(source).hasToString("SecretSource[vault 1 secrets]");
    assertThat(MlInfraConfig.from(source).service()).isEqualTo("ranker");
    assertThat(MlInfraConfig.from(SecretSource.of("map", vault)).service()).isEqualTo("ranker");
    assertThatThrownBy(() -> source.get("OTHER"))
        .hasMessage("OTHER was not in vault but must be there; add it to vault");
  }

  private static Map<String, String> with(Map<String, String> more) {
    Map<String, String> variables = new HashMap<>(Map.of("ML_INFRA_SERVICE", "s"));
    more.forEach((key, value) -> variables.put("ML_INFRA_" + key, value));
    return variables;
  }
}
