package dev.mlinfra.internal.module;

import dev.mlinfra.error.ModuleMissingException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Each module of the library that hands parts over, for texts that tell how to get it. */
public enum LibraryModule {
  POSTGRES("ml-infra-postgres", "install(Postgres.at(url))", Set.of("postgres")),
  REDIS("ml-infra-redis", "install(Redis.at(url))", Set.of("redis")),
  STORAGE(
      "ml-infra-storage",
      "install(ObjectStorage.at(url)) or install(ArtifactDirectory.at(path))",
      Set.of("objectstorage", "artifactdirectory", "mlflow"));

  private final String artifact;
  private final String install;

  @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
  private final Set<String> sections;

  LibraryModule(String artifact, String install, Set<String> sections) {
    this.artifact = artifact;
    this.install = install;
    this.sections = sections;
  }

  /** The module that a section of plain configuration activates. */
  public static Optional<LibraryModule> ofSection(String section) {
    return Arrays.stream(values()).filter(module -> module.sections.contains(section)).findFirst();
  }

  /** The sections of plain configuration that activate one of these. */
  public static Set<String> sections() {
    return Arrays.stream(values())
        .flatMap(module -> module.sections.stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** As in a build file. */
  public String artifact() {
    return artifact;
  }

  /** Says that a call lacks this module. */
  public ModuleMissingException missing(String call, String needs) {
    return new ModuleMissingException(
        call + " needs " + needs + "; add " + artifact + " and " + install);
  }
}
