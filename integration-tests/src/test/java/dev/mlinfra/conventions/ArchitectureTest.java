package dev.mlinfra.conventions;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static dev.mlinfra.conventions.LibraryClasses.ALL;
import static dev.mlinfra.conventions.LibraryClasses.in;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.Daemons;
import dev.mlinfra.spi.runtime.LogThrottle;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final String CORE = "ml-infra-core";
  private static final String TESTING = "ml-infra-testing";
  private static final String EMBEDDED = "ml-infra-embedded";
  private static final String CORE_INTERNAL = "dev.mlinfra.internal..";

  /** The one program: it speaks to a person and starts the clock. */
  private static final DescribedPredicate<JavaClass> PROGRAM =
      belongTo(
          DescribedPredicate.describe(
              "the exporter's program",
              type -> type.getName().equals("dev.mlinfra.exporter.Main")));

  /** What starts threads beside those of a host. */
  private static final DescribedPredicate<JavaClass> RUNNING_BESIDE_A_HOST =
      in(CORE).or(in("ml-infra-postgres")).or(in("ml-infra-redis"));

  /** The default of the clock, and what a host makes without saying when: it knows no client. */
  private static final String[] VALUES_WITHOUT_A_CLIENT = {
    "dev.mlinfra", "dev.mlinfra.decision", "dev.mlinfra.event"
  };

  private static final String[] EVERYWHERE = {"java..", "org.slf4j..", "org.jspecify.."};

  /** What each module may use beside core, the JDK, SLF4J and JSpecify. */
  private static final Map<String, DescribedPredicate<JavaClass>> DRIVERS =
      Map.of(
          TESTING,
          resideInAnyPackage("org.junit.jupiter..", "org.assertj.core.."),
          "ml-infra-postgres",
          resideInAnyPackage("javax.sql..", "org.postgresql..", "com.zaxxer.hikari.."),
          "ml-infra-redis",
          resideInAnyPackage("io.lettuce..", "io.netty.."),
          "ml-infra-storage",
          // the MLflow client carries protobuf under its own name
          resideInAnyPackage(
              "io.minio..",
              "okhttp3..",
              "org.mlflow..",
              "org.mlflow_project..",
              "com.fasterxml.jackson.."),
          "ml-infra-monitoring",
          resideInAnyPackage("io.micrometer.."),
          "ml-infra-exporter",
          in("ml-infra-redis")
              .or(in("ml-infra-storage"))
              .or(
                  resideInAnyPackage(
                      "io.lettuce..",
                      "io.netty..",
                      "io.minio..",
                      "okhttp3..",
                      "org.mlflow..",
                      "org.mlflow_project..",
                      "com.fasterxml.jackson..",
                      "com.sun.net.httpserver..")),
          EMBEDDED,
          in("ml-infra-postgres")
              .or(in("ml-infra-redis"))
              .or(in("ml-infra-storage"))
              .or(
                  resideInAnyPackage(
                      "com.github.dockerjava.api..",
                      "org.testcontainers..",
                      "org.junit.jupiter.api..",
                      "org.junit.platform.commons.support..",
                      "org.tukaani..",
                      "org.apache.commons.compress..")));

  /** Just under what there is, so that a scan that misses a module fails. */
  private static final Map<String, Integer> LEAST_CLASSES =
      Map.ofEntries(
          entry(CORE, 150),
          entry("ml-infra-postgres", 40),
          entry("ml-infra-redis", 32),
          entry("ml-infra-storage", 45),
          entry("ml-infra-monitoring", 8),
          entry("ml-infra-exporter", 30),
          entry(TESTING, 40),
          entry(EMBEDDED, 45));

  @Test
  void scansTheClassesOfEveryModule() {
    LEAST_CLASSES.forEach(
        (module, least) ->
            assertThat(ALL.that(in(module))).as(module).hasSizeGreaterThanOrEqualTo(least));
  }

  @Test
  void coreDependsOnNoDriver() {
    classes()
        .that(in(CORE))
        .should()
        .onlyDependOnClassesThat(allowed(in(CORE).or(resideInAnyPackage(EVERYWHERE))))
        .check(ALL);
  }

  @Test
  void modulesDependOnCoreAndTheirDriversOnly() {
    DRIVERS.forEach(
        (module, drivers) ->
            classes()
                .that(in(module))
                .should()
                .onlyDependOnClassesThat(
                    allowed(in(module).or(in(CORE)).or(resideInAnyPackage(EVERYWHERE)).or(drivers)))
                .check(ALL));
  }

  @Test
  void noModuleUsesTheInternalPackagesOfAnother() {
    for (String module : SourceTree.PUBLISHED) {
      noClasses()
          .that(not(in(module)))
          .should()
          .dependOnClassesThat(in(module).and(resideInAnyPackage("dev.mlinfra..internal..")))
          .check(ALL);
    }
  }

  @Test
  void coreShowsItsUsersOnlyItsOwnTypesAndThoseOfTheJdk() {
    classes()
        .that(in(CORE).and(not(resideInAnyPackage(CORE_INTERNAL))))
        .should(
            ShowOnly.types(
                in(CORE)
                    .and(not(resideInAnyPackage(CORE_INTERNAL)))
                    .or(resideInAnyPackage("java.."))))
        .check(ALL);
  }

  @Test
  void packagesDependOnEachOtherInOneDirection() {
    slices().assignedFrom(new EachPackage()).should().beFreeOfCycles().check(ALL);
  }

  @Test
  void noPackageIsSplitBetweenModules() {
    for (String module : SourceTree.PUBLISHED) {
      String[] packages =
          ALL.that(in(module)).stream()
              .map(JavaClass::getPackageName)
              .distinct()
              .toArray(String[]::new);
      noClasses().that(not(in(module))).should().resideInAnyPackage(packages).check(ALL);
    }
  }

  @Test
  void everyPackageIsNullMarked() {
    List<JavaPackage> packages = ALL.stream().map(JavaClass::getPackage).distinct().toList();
    assertThat(packages)
        .hasSizeGreaterThan(15)
        .allSatisfy(p -> assertThat(p.isAnnotatedWith(NullMarked.class)).as(p.getName()).isTrue());
  }

  @Test
  void nothingNeedsTheExporter() {
    noClasses()
        .that(not(in("ml-infra-exporter")))
        .should()
        .dependOnClassesThat(in("ml-infra-exporter"))
        .check(ALL);
  }

  @Test
  void libraryLogsWithSlf4jOnly() {
    NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(ALL.that(not(PROGRAM)));
    NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(ALL);
  }

  @Test
  void timeComesFromTheInjectedClock() {
    noClasses()
        .that(
            not(PROGRAM)
                .and(not(in(EMBEDDED).or(in(TESTING))))
                .and(not(resideInAnyPackage(VALUES_WITHOUT_A_CLIENT))))
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .orShould()
        .callMethod(Clock.class, "systemDefaultZone")
        .check(ALL);
  }

  @Test
  void threadsAreMadeInOnePlaceAndLogLinesThrottledInOne() {
    noClasses()
        .that(RUNNING_BESIDE_A_HOST.and(not(belongTo(equivalentTo(Daemons.class)))))
        .should()
        .callMethod(Thread.class, "setDaemon", boolean.class)
        .orShould()
        .callConstructorWhere(target(owner(equivalentTo(Thread.class))))
        .check(ALL);
    noClasses()
        .that(RUNNING_BESIDE_A_HOST.and(not(belongTo(equivalentTo(LogThrottle.class)))))
        .should()
        .callMethod(Integer.class, "bitCount", int.class)
        .check(ALL);
    noClasses()
        .that(RUNNING_BESIDE_A_HOST.and(not(belongTo(equivalentTo(Backoff.class)))))
        .should()
        .callMethod(ThreadLocalRandom.class, "nextLong", long.class)
        .orShould()
        .callMethod(ThreadLocalRandom.class, "nextLong", long.class, long.class)
        .check(ALL);
  }

  /** Arrays of a type count as the type. */
  private static DescribedPredicate<JavaClass> allowed(DescribedPredicate<JavaClass> types) {
    return DescribedPredicate.describe(
        types.getDescription(), type -> types.test(type.getBaseComponentType()));
  }

  private static final class EachPackage implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return SliceIdentifier.of(type.getPackageName());
    }

    @Override
    public String getDescription() {
      return "each package";
    }
  }
}
