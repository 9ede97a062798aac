package dev.mlinfra.conventions;

import static dev.mlinfra.conventions.LibraryClasses.ALL;
import static dev.mlinfra.conventions.LibraryClasses.in;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rooms of core, floor by floor: each sees what is below, so that no circle can come to be. */
class CoreFloorsTest {
  private static final String ROOT = "dev.mlinfra";

  /** From the ground up; rooms on one floor do not see each other. */
  private static final List<List<String>> FLOORS =
      List.of(
          // what everything says and checks
          List.of("error"),
          List.of("spi.runtime"),
          List.of("secret", "spi.check"),
          List.of("spi.settings"),
          // the values and clients of users
          List.of("artifact", "buffer", "feature", "health", "pattern", "telemetry"),
          List.of("decision", "model"),
          List.of("event", "history", "privacy", "shadow"),
          List.of("training"),
          // what modules implement
          List.of("spi"),
          // how it works
          List.of("internal.module", "internal.runtime"),
          List.of("internal.buffer"),
          List.of("internal.spool"),
          List.of(
              "internal.artifact",
              "internal.decision",
              "internal.event",
              "internal.feature",
              "internal.health",
              "internal.history",
              "internal.model",
              "internal.pattern",
              "internal.shadow"),
          List.of("internal.privacy", "internal.training"),
          // how it is put together
          List.of("internal.assembly"),
          List.of(""));

  private static final JavaClasses CORE = ALL.that(in("ml-infra-core"));

  @Test
  void everyRoomHasItsFloor() {
    assertThat(FLOORS.stream().flatMap(List::stream))
        .containsExactlyInAnyOrderElementsOf(
            CORE.stream().map(CoreFloorsTest::room).distinct().toList());
  }

  @Test
  void noArrowRunsUp() {
    Map<String, Integer> floors = new HashMap<>();
    for (int floor = 0; floor < FLOORS.size(); floor++) {
      for (String room : FLOORS.get(floor)) {
        floors.put(room, floor);
      }
    }
    assertThat(CORE.stream().flatMap(type -> arrowsFrom(type, floors))).isEmpty();
  }

  private static Stream<String> arrowsFrom(JavaClass type, Map<String, Integer> floors) {
    return type.getDirectDependenciesFromSelf().stream()
        .map(arrow -> arrow.getTargetClass().getBaseComponentType())
        .filter(in("ml-infra-core"))
        .filter(target -> !room(target).equals(room(type)))
        .filter(target -> floors.get(room(target)) >= floors.get(room(type)))
        .map(target -> type.getName() + " -> " + target.getName())
        .distinct();
  }

  /** A package without the prefix that all share. */
  private static String room(JavaClass type) {
    String name = type.getPackageName();
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
  }
}
