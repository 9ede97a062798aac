package dev.mlinfra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.buffer.Durability;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.ModelStore;
import dev.mlinfra.spi.PauseSignal;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.spi.RowSink;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import dev.mlinfra.testing.fake.FakeInfra;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpoolConfigTest {
  @TempDir Path temp;

  @Test
  void isSetByTheProgram() {
    // region spool
    MlInfraConfig cfg =
        MlInfraConfig.forService("ranker")
            .spool(
                SpoolOptions.builder(Path.of("/var/spool/ranker"))
                    .maxBytes(4L << 30)
                    .replayRowsPerSecond(20_000)
                    .durability(Durability.SPOOL_FIRST)
                    .build())
            .build();
    // endregion
    assertThat(cfg.spool())
        .contains(
            SpoolOptions.builder(Path.of("/var/spool/ranker"))
                .maxBytes(4L << 30)
                .replayRowsPerSecond(20_000)
                .durability(Durability.SPOOL_FIRST)
                .build());
    assertThat(cfg.toBuilder().build().spool()).isEqualTo(cfg.spool());
  }

  @Test
  void isAbsentUnlessItIsNamed() {
    assertThat(MlInfraConfig.forService("s").build().spool()).isEmpty();
    assertThat(MlInfraConfig.fromVariables(Map.of("ML_INFRA_SERVICE", "s")).spool()).isEmpty();
  }

  @Test
  void isSetByVariables() {
    MlInfraConfig config =
        MlInfraConfig.fromVariables(
            Map.of(
                "ML_INFRA_SERVICE", "s",
                "ML_INFRA_SPOOL_PATH", "spooled",
                "ML_INFRA_SPOOL_MAX_BYTES", "2000000",
                "ML_INFRA_SPOOL_REPLAY_ROWS_PER_SECOND", "7",
                "ML_INFRA_SPOOL_DURABILITY", "spool_first"));
    assertThat(config.spool())
        .contains(
            SpoolOptions.builder(Path.of("spooled"))
                .maxBytes(2_000_000)
                .replayRowsPerSecond(7)
                .durability(Durability.SPOOL_FIRST)
                .build());
  }

  @Test
  void isSetByAPropertiesFile() throws Exception {
    Path file =
        Files.writeString(
            temp.resolve("ml.properties"), "ML_INFRA_SERVICE=s\nML_INFRA_SPOOL_PATH=spooled\n");
    assertThat(MlInfraConfig.fromProperties(file).spool())
        .contains(SpoolOptions.of(Path.of("spooled")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          MAX_BYTES  | 1000 | spool.maxBytes was 1000 but must be 1048576 to
          MAX_BYTES  | many | spool.max_bytes was 'many' but must be a whole number
          REPLAY_ROWS_PER_SECOND | 0 | spool.replayRowsPerSecond was 0 but must be 1 to 10000000
          REPLAY_ROWS_PER_SECOND | 99999999999 | spool.replayRowsPerSecond was 2147483647 but
          DURABILITY | disk | spool.durability was 'disk' but must be memory or spool_first
          DIRECTORY  | /tmp | ML_INFRA_SPOOL_DIRECTORY was set but is not known
          """)
  void refusesABadValueInOneLine(String key, String value, String fault) {
    Map<String, String> variables = new HashMap<>();
    variables.put("ML_INFRA_SERVICE", "s");
    variables.put("ML_INFRA_SPOOL_PATH", "spooled");
    variables.put("ML_INFRA_SPOOL_" + key, value);
    assertThatThrownBy(() -> MlInfraConfig.fromVariables(variables))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(fault)
        .hasMessageNotContaining("\n");
  }

  @Test
  void refusesADurabilityWithoutADirectory() {
    Map<String, String> variables =
        Map.of("ML_INFRA_SERVICE", "s", "ML_INFRA_SPOOL_DURABILITY", "spool_first");
    assertThatThrownBy(() -> MlInfraConfig.fromVariables(variables))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("spool.path was not set but is required; set ML_INFRA_SPOOL_PATH");
  }

  @Test
  void refusesADirectoryThatCannotBeUsedUnlessTheStartIsInTheBackground() throws Exception {
    Path file = Files.writeString(temp.resolve("file"), "a file");
    MlInfraConfig config =
        MlInfraConfig.forService("s")
            .spool(SpoolOptions.of(file))
            .install(FakeInfra.create().only(DecisionSink.class))
            .build();
    assertThatThrownBy(() -> MlInfra.connect(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("spool directory " + file);
    MlInfra.connect(config.toBuilder().start(Start.BACKGROUND).build()).close();
  }

  @Test
  void leavesNoThreadBehindWhenTheDirectoryCannotBeUsed() throws Exception {
    Path file = Files.writeString(temp.resolve("file"), "a file");
    MlInfraConfig config =
        MlInfraConfig.forService("s")
            .spool(SpoolOptions.of(file))
            .install(
                FakeInfra.create()
                    .only(
                        DecisionSink.class, PauseSignal.class, ModelStore.class, ModelMirror.class))
            .build();
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    assertThatThrownBy(() -> MlInfra.connect(config)).isInstanceOf(ConfigException.class);
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> !before.contains(thread))
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("ml-infra"));
  }

  @Test
  void refusesAStoreWhoseRowsCannotWaitElsewhere() {
    DecisionSink plain =
        new DecisionSink() {
          @Override
          public RowSink<Decision> decisions() {
            return new OnlyStored<>();
          }

          @Override
          public RowSink<Feedback> feedback() {
            return new OnlyStored<>();
          }

          @Override
          public RowSink<Activation> activations() {
            return new OnlyStored<>();
          }

          @Override
          public void numbering(LongSupplier numbered) {}
        };
    MlInfraConfig config =
        MlInfraConfig.forService("s")
            .spool(SpoolOptions.of(temp.resolve("spool")))
            .install(TestModule.providing(DecisionSink.class, plain))
            .build();
    assertThatThrownBy(() -> MlInfra.connect(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("spool was set but");
  }

  private record OnlyStored<T>() implements RowSink<T> {
    @Override
    public Written write(RowBatch<T> batch, boolean firstAttempt) {
      return new Written(batch.size(), 0);
    }

    @Override
    public Optional<RowStore<T>> rows() {
      return Optional.empty();
    }
  }
}
