package io.tallystick;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Test;

/** The arrows between packages, and what no class of this artifact does. */
class ArchitectureTest {
  private static final String ROOT = "io.tallystick";
  private static final String SHM = ROOT + ".shm..";
  private static final String PYTHON = ROOT + ".python..";
  private static final String MERGE = ROOT + ".merge..";
  private static final String SCRAPE = ROOT + ".scrape..";
  private static final String STORE = ROOT + ".store..";
  private static final String REPLICATION = ROOT + ".replication..";
  private static final String FLEET = ROOT + ".fleet..";
  private static final String MIRROR = ROOT + ".mirror..";
  private static final String METRICS = ROOT + ".metrics..";
  private static final String DISTRIBUTED = ROOT + ".distributed..";
  private static final String HEALTH = ROOT + ".health..";
  private static final String FALLBACK = ROOT + ".fallback..";

  private static final String RECORDS = ROOT + ".records..";

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void shouldSeeEveryPackageAndNoTest() {
    assertThat(MAIN.stream().map(JavaClass::getPackageName))
        .contains(
            ROOT,
            ROOT + ".shm",
            ROOT + ".python",
            ROOT + ".merge",
            ROOT + ".scrape",
            ROOT + ".store",
            ROOT + ".distributed",
            ROOT + ".replication",
            ROOT + ".fleet",
            ROOT + ".mirror",
            ROOT + ".metrics",
            ROOT + ".health",
            ROOT + ".fallback",
            ROOT + ".records");
    assertThat(MAIN.contain(ArchitectureTest.class)).isFalse();
  }

  @Test
  void shouldUseNothingOfOursWhenItIsShm() {
    assertUsesOnly(SHM);
  }

  @Test
  void shouldUseShmOnlyWhenItIsPython() {
    assertUsesOnly(PYTHON, SHM);
  }

  @Test
  void shouldUseShmAndPythonOnlyWhenItIsMerge() {
    assertUsesOnly(MERGE, SHM, PYTHON);
  }

  @Test
  void shouldUseShmPythonAndMergeOnlyWhenItIsScrape() {
    assertUsesOnly(SCRAPE, SHM, PYTHON, MERGE);
  }

  @Test
  void shouldUseShmAndMergeOnlyWhenItIsStore() {
    assertUsesOnly(STORE, SHM, MERGE);
  }

  @Test
  void shouldUseShmPythonAndStoreOnlyWhenItIsDistributed() {
    assertUsesOnly(DISTRIBUTED, SHM, PYTHON, STORE);
  }

  @Test
  void shouldUseShmMergeScrapeAndStoreOnlyWhenItIsReplication() {
    assertUsesOnly(REPLICATION, SHM, MERGE, SCRAPE, STORE);
  }

  @Test
  void shouldUseWhatIsBelowAndReplicationOnlyWhenItIsFleet() {
    assertUsesOnly(FLEET, SHM, MERGE, SCRAPE, STORE, REPLICATION);
  }

  @Test
  void shouldUseShmAndMergeOnlyWhenItIsMirror() {
    assertUsesOnly(MIRROR, SHM, MERGE);
  }

  @Test
  void shouldUseTheDoorMirrorAndShmOnlyWhenItIsMetrics() {
    assertUsesOnly(METRICS, SHM, MIRROR, ROOT);
  }

  @Test
  void shouldUseStoreAndMetricsOnlyWhenItIsHealth() {
    assertUsesOnly(HEALTH, STORE, METRICS);
  }

  @Test
  void shouldUseStoreHealthAndMetricsOnlyWhenItIsFallback() {
    assertUsesOnly(FALLBACK, STORE, HEALTH, METRICS);
  }

  @Test
  void shouldUseStoreOnlyWhenItIsRecords() {
    assertUsesOnly(RECORDS, STORE);
  }

  @Test
  void shouldUseOnlyWhatIsBelowWhenItIsTheDoor() {
    assertUsesOnly(ROOT, SHM, MERGE, SCRAPE, STORE, REPLICATION, MIRROR, METRICS);
  }

  @Test
  void shouldHaveNoCyclesBetweenPackages() {
    slices()
        .assignedFrom(new ByPackage())
        .should()
        .beFreeOfCycles()
        .ignoreDependency(resideInAPackage(METRICS), resideInAPackage(ROOT)) // register()
        .check(MAIN);
  }

  @Test
  void shouldBeFinalOrAbstractWhenItIsPublicInShmPythonOrMerge() {
    classes()
        .that()
        .arePublic()
        .and(resideInAnyPackage(SHM, PYTHON, MERGE))
        .should(beFinalOrAbstract())
        .check(MAIN);
  }

  @Test
  void shouldNotLogPastTheSystemLogger() {
    noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..").check(MAIN);
  }

  @Test
  void shouldNotWriteToStandardStreams() {
    noClasses().should().accessField(System.class, "out").check(MAIN);
    noClasses().should().accessField(System.class, "err").check(MAIN);
    noClasses().should().callMethod(Throwable.class, "printStackTrace").check(MAIN);
  }

  @Test
  void shouldNotSleep() {
    noClasses().should().callMethod(Thread.class, "sleep", long.class).check(MAIN);
    noClasses().should().callMethod(Thread.class, "sleep", long.class, int.class).check(MAIN);
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

  private static ArchCondition<JavaClass> beFinalOrAbstract() {
    return new ArchCondition<>("be final or abstract") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        boolean satisfied =
            type.getModifiers().contains(FINAL) || type.getModifiers().contains(ABSTRACT);
        events.add(new SimpleConditionEvent(type, satisfied, type.getDescription()));
      }
    };
  }

  /** One slice for each package, the root package among them. */
  private static final class ByPackage implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      return type.getPackageName().startsWith(ROOT)
          ? SliceIdentifier.of(type.getPackageName())
          : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "by package";
    }
  }
}
