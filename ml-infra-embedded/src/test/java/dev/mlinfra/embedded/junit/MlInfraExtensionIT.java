package dev.mlinfra.embedded.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs test classes that do wrong and looks at what JUnit reports. */
class MlInfraExtensionIT {
  @Test
  void failsAClassThatForgetsToCloseWhatItOpened() {
    List<String> failures = failures(Forgetful.class);
    Forgetful.forgotten.close();
    assertThat(failures)
        .singleElement()
        .asString()
        .startsWith("threads left after the test class were ml-infra-")
        .contains("close every MlInfra");
  }

  @Test
  void saysThatASetupCannotBeMade() {
    assertThat(failures(Unmakeable.class))
        .singleElement()
        .asString()
        .contains("Demanding")
        .contains("constructor without parameters");
  }

  private static List<String> failures(Class<?> testClass) {
    List<String> failures = new ArrayList<>();
    TestExecutionListener listener =
        new TestExecutionListener() {
          @Override
          public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            result.getThrowable().ifPresent(e -> failures.add(e.getMessage()));
          }
        };
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(testClass))
                .build(),
            listener);
    return failures;
  }

  @MlInfraTest
  static class Forgetful {
    static MlInfra forgotten;

    @Test
    void forgets(MlInfraConfig config) {
      forgotten = MlInfra.connect(config.toBuilder().start(Start.BACKGROUND).build());
    }
  }

  @MlInfraTest(setup = Demanding.class)
  static class Unmakeable {
    @Test
    void neverRuns() {}
  }

  /** Has no constructor without parameters. */
  static final class Demanding implements MlInfraTest.Setup {
    Demanding(String demand) {}

    @Override
    public void configure(MlInfraConfig.Builder config) {}
  }
}
