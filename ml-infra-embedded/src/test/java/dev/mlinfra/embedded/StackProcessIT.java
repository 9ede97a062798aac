package dev.mlinfra.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left when the JVM ends in other ways than by closing. */
class StackProcessIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int NOBODY = 65534;

  @TempDir Path folder;

  @Test
  void leavesNothingWhenItIsInterrupted() throws IOException {
    try (StackProcess stack = start("")) {
      List<ProcessHandle> servers = List.of(stack.postgres(), stack.redis());
      stack.interrupt();
      assertThat(Processes.awaitGone(servers, SOON)).isTrue();
      assertThat(stack.directory).doesNotExist();
    }
  }

  @Test
  void leavesNothingWhenItIsKilledNotEvenStoppedServers() throws IOException {
    try (StackProcess stack = start("")) {
      List<ProcessHandle> servers = new ArrayList<>(Processes.tree(stack.postgres()));
      servers.add(stack.redis());
      stack.stopServers();
      stack.kill();
      assertThat(Processes.awaitGone(servers, SOON)).isTrue();
      Await.until("the directory is gone", () -> !Files.exists(stack.directory));
    }
  }

  @Test
  void takesOverFromServersThatAKilledJvmLeftBehind() throws IOException {
    List<ProcessHandle> orphans = new ArrayList<>();
    try (StackProcess stack = start(folder.toString())) {
      orphans.addAll(Processes.tree(stack.postgres()));
      orphans.add(stack.redis());
      stack.killWatchdogs();
      stack.kill();
    }
    assertThat(orphans).noneMatch(Processes::gone);
    try (EmbeddedStack second = EmbeddedStack.builder().directory(folder).start()) {
      assertThat(Processes.awaitGone(orphans, SOON)).isTrue();
      assertThat(second.postgres().pid()).isNotEqualTo(orphans.get(0).pid());
    }
  }

  @Test
  void startsAgainAtOnceAfterAKill() throws IOException {
    try (StackProcess stack = start(folder.toString())) {
      stack.kill();
    }
    try (EmbeddedStack stack = EmbeddedStack.builder().directory(folder).start()) {
      assertThat(ProcessHandle.of(stack.postgres().pid())).isPresent();
    }
  }

  @Test
  void runsAsAUserWithoutRightsAndHome() throws IOException {
    List<String> prefix =
        Processes.userId() == 0 ? Unprivileged.bySetpriv(NOBODY).wrap(List.of()) : List.of();
    Path readable = Files.createTempDirectory("ml-infra-classes-");
    try (StackProcess stack =
        StackProcess.start(prefix, StackProcess.readableClassPath(readable), "")) {
      List<ProcessHandle> servers = List.of(stack.postgres(), stack.redis());
      assertThat(servers).noneMatch(Processes::gone);
      stack.interrupt();
      assertThat(Processes.awaitGone(servers, SOON)).isTrue();
    } finally {
      Directories.delete(readable);
    }
  }

  private static StackProcess start(String directory) throws IOException {
    return StackProcess.start(List.of(), StackProcess.classPath(), directory);
  }
}
