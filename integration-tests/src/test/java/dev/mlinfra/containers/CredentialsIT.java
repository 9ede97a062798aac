package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** No credential of a running stack is where somebody who may not have it could read it. */
@Tag("containers")
@ExtendWith(RunningStack.Started.class)
class CredentialsIT {
  private static final Pattern NAME = Pattern.compile("[A-Z_]*(PASSWORD|_USER|_KEY)");
  private static final Map<String, String> VALUES = new TreeMap<>();

  private static RunningStack stack;

  @BeforeAll
  static void readThem(RunningStack started) {
    stack = started;
    List<String> names = stack.shell().run("grep -oE '^[A-Z_]+=' .env.template").lines().toList();
    stack
        .shell()
        .run("scripts/secrets exec -- env")
        .lines()
        .map(line -> line.split("=", 2))
        .filter(pair -> pair.length == 2 && names.contains(pair[0] + "="))
        .filter(pair -> NAME.matcher(pair[0]).matches())
        .forEach(pair -> VALUES.put(pair[0], pair[1]));
    assertThat(VALUES).hasSizeGreaterThanOrEqualTo(8);
    assertThat(VALUES.values()).doesNotHaveDuplicates().allMatch(value -> value.length() >= 12);
  }

  @Test
  void noneIsInTheTree() {
    holdsNone("tree", "git ls-files -z | xargs -0 cat");
  }

  @Test
  void noneIsLeftBesideTheEncryptedFile() {
    holdsNone("directory of the stack", "cat $(find \"$STACK_DIR\" -maxdepth 1 -type f)");
  }

  @Test
  void noneIsInDockerInspect() {
    holdsNone("docker inspect", "docker inspect $(docker ps -aq --filter name=$STACK_NAME-)");
  }

  @Test
  void noneIsInALog() {
    holdsNone(
        "logs", "for id in $(docker ps -aq --filter name=$STACK_NAME-); do docker logs $id; done");
  }

  @Test
  void noneIsOnACommandLine() {
    holdsNone(
        "command lines",
        "for id in $(docker ps -q --filter name=$STACK_NAME-); do docker top $id -eo args; done");
  }

  /** The values are newer than the images: this finds what a build step takes from its machine. */
  @Test
  void noneIsInTheHistoryOfAnImage() {
    String images = "docker images -q 'ml-infra/*'";
    holdsNone("history", "for id in $(" + images + "); do docker history --no-trunc $id; done");
    holdsNone("configuration", "docker image inspect $(" + images + ")");
  }

  /**
   * Each layer once, where the engine keeps it as a directory; else all images as it saves them,
   * which takes three times as long. The control shows that the layers were read.
   */
  @Test
  void noneIsInALayerOfAnImage() throws IOException {
    String control = "Built here, and moved up when it is complete.";
    assertThat(stack.shell().run("cat docker/images/postgres/entrypoint")).contains(control);
    Path values = stack.directory().resolve("values");
    List<String> wanted = Stream.concat(VALUES.values().stream(), Stream.of(control)).toList();
    Files.write(values, wanted, StandardCharsets.UTF_8);
    try {
      assertThat(
              stack
                  .shell()
                  .with("VALUES", values.toString())
                  .run(
                      """
                      set -euo pipefail
                      images=$(docker images --format '{{.Repository}}:{{.Tag}}' 'ml-infra/*')
                      [ $(wc -l <<<"$images") -ge 12 ]
                      search() { LC_ALL=C grep -aohF -f "$VALUES" "$@"; }
                      format='{{.GraphDriver.Data.LowerDir}}:{{.GraphDriver.Data.UpperDir}}'
                      layers=$(docker image inspect --format "$format" $images | tr : '\\n' | grep ^/ | sort -u) || layers=
                      if [ -n "$layers" ]; then
                        root=$(docker info --format '{{.DockerRootDir}}')
                        docker run --rm --network none --user 0 -v "$root:$root:ro" -v "$VALUES:$VALUES:ro" \\
                          -e VALUES --entrypoint bash ml-infra/tools:1 \\
                          -c "$(declare -f search)"'; search -r --devices=skip "$@"' search $layers
                      else
                        docker save $images | search
                      fi | sort -u
                      """))
          .isEqualTo(control);
    } finally {
      Files.delete(values);
    }
  }

  @Test
  void noFileOfTheTreeSetsOne() {
    assertThat(
            stack
                .shell()
                .run(
                    "git ls-files -z docker scripts monitoring .env.template | xargs -0 grep -nE"
                        + " '(PASSWORD|SECRET_KEY|ACCESS_KEY)[=:] *[A-Za-z0-9+/]{12,}' || true"))
        .isEmpty();
  }

  private static void holdsNone(String where, String command) {
    String text = stack.shell().tryRun(command).output();
    assertThat(text).as(where).isNotEmpty();
    VALUES.forEach(
        (name, value) -> assertThat(text.contains(value)).as("%s in %s", name, where).isFalse());
  }
}
