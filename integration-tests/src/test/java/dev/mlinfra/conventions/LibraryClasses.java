package dev.mlinfra.conventions;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The classes of the published modules, read once, each known by the module it comes from. */
final class LibraryClasses {
  static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .withImportOption(
              location -> SourceTree.PUBLISHED.stream().anyMatch(m -> location.contains(at(m))))
          .importPackages("dev.mlinfra");

  private LibraryClasses() {}

  static DescribedPredicate<JavaClass> in(String module) {
    return DescribedPredicate.describe(
        "classes of " + module,
        type ->
            type.getSource()
                .map(source -> source.getUri().toString().contains(at(module)))
                .orElse(false));
  }

  private static String at(String module) {
    return "/" + module + "/target/";
  }
}
