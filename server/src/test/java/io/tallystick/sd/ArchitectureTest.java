package io.tallystick.sd;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows between the packages of service discovery. */
class ArchitectureTest {
  private static final String ROOT = "io.tallystick";
  private static final String GENERATE = ROOT + ".sd.generate..";
  private static final String CACHE = ROOT + ".sd.cache..";
  private static final String HTTP = ROOT + ".sd.http..";
  private static final String LISTENER = ROOT + ".http..";
  private static final String STORE = ROOT + ".store";
  private static final String METRICS = ROOT + ".metrics";

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT + ".sd", ROOT + ".http");

  @Test
  void shouldSeeEveryPackage() {
    assertThat(MAIN.stream().map(JavaClass::getPackageName))
        .contains(ROOT + ".sd.generate", ROOT + ".sd.cache", ROOT + ".sd.http", ROOT + ".http");
  }

  @Test
  void shouldUseNothingOfOursWhenItIsGenerate() {
    assertUsesOnly(GENERATE);
  }

  @Test
  void shouldUseStoresMetricsAndTheGeneratorsInterfaceWhenItIsCache() {
    assertUsesOnly(CACHE, GENERATE, STORE, METRICS);
    noClasses()
        .that(resideInAPackage(CACHE))
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName(ROOT + ".sd.generate.GeneratorRoot")
        .check(MAIN);
  }

  @Test
  void shouldUseListsAndTheListenerWhenItIsHttp() {
    assertUsesOnly(HTTP, CACHE, GENERATE, LISTENER, STORE);
  }

  @Test
  void shouldUseNothingOfOursWhenItIsTheListener() {
    assertUsesOnly(LISTENER);
  }

  private static void assertUsesOnly(String user, String... used) {
    noClasses()
        .that(resideInAPackage(user))
        .should()
        .dependOnClassesThat(
            resideInAPackage(ROOT + "..")
                .and(not(resideInAPackage(user)))
                .and(not(resideInAnyPackage(used))))
        .check(MAIN);
  }
}
