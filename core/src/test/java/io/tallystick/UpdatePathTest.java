package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.prometheus.metrics.core.datapoints.DataPoint;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What an update can wait for, read from the byte code: whatever a data point's update methods call
 * or may call, down to the JDK.
 *
 * <p>Exemplars are left out, which are taken by few updates and allocate their places. What it
 * cannot see are loops: a thread without a column takes a shared one for as long as a few stores
 * need, where a distribution has native buckets or quantiles. Nor does it see synchronized blocks.
 */
final class UpdatePathTest {
  private static final Set<String> UPDATES = Set.of("inc", "dec", "set", "observe", "setTrue");

  /** Where an update leaves its path for an exemplar. */
  private static final Set<String> OFF_THE_PATH = Set.of("sampleFrom");

  /** What can take as long as a disk, a peer or another thread does. */
  private static final Set<String> CAN_WAIT =
      Set.of(
          "java.io.",
          "java.nio.channels.",
          "java.nio.file.",
          "java.nio.MappedByteBuffer",
          "java.net.",
          "java.util.concurrent.locks.",
          "java.util.concurrent.CountDownLatch",
          "java.util.concurrent.Semaphore",
          "java.util.concurrent.CompletableFuture",
          "java.util.concurrent.BlockingQueue",
          "java.util.concurrent.LinkedBlocking",
          "java.util.concurrent.ArrayBlocking",
          "java.util.concurrent.CyclicBarrier",
          "java.util.concurrent.Phaser",
          "java.util.concurrent.Exchanger",
          "java.util.concurrent.Executor",
          "java.lang.Object.wait",
          "java.lang.Thread.sleep",
          "java.lang.Thread.join",
          "java.lang.System$Logger",
          "java.lang.Process");

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.tallystick");

  @Test
  void shouldWaitForNothingWhenADataPointIsUpdated() {
    List<JavaMethod> updates = updates();
    assertThat(updates.stream().map(method -> method.getOwner().getSimpleName() + method.getName()))
        .contains("DataPointinc", "DataPointset", "DataPointobserve", "DataPointsetTrue");

    Reached reached = new Reached();
    updates.forEach(update -> reached.follow(update, update.getFullName()));

    assertThat(reached.units.stream().map(JavaCodeUnit::getFullName))
        .anyMatch(name -> name.contains("UnsafeColumn.addOwned"))
        .anyMatch(name -> name.contains("BufferColumn.addOwned"));
    assertThat(reached.waits).isEmpty();
  }

  private static List<JavaMethod> updates() {
    return MAIN.stream()
        .filter(type -> type.getPackageName().equals("io.tallystick.metrics"))
        .filter(
            type ->
                type.isAssignableTo(DataPoint.class) && type.getSimpleName().equals("DataPoint"))
        .flatMap(type -> type.getMethods().stream())
        .filter(method -> UPDATES.contains(method.getName()))
        .collect(Collectors.toList());
  }

  /** Code that some calls reach, of ours; and what of it can wait, with the way to it. */
  private static final class Reached {
    final Set<JavaCodeUnit> units = new HashSet<>();
    final List<String> waits = new ArrayList<>();

    private record Step(JavaCodeUnit unit, String way) {}

    void follow(JavaCodeUnit start, String name) {
      Deque<Step> ahead = new ArrayDeque<>();
      ahead.add(new Step(start, name));
      for (Step step = ahead.poll(); step != null; step = ahead.poll()) {
        if (!OFF_THE_PATH.contains(step.unit().getName()) && units.add(step.unit())) {
          follow(step, ahead);
        }
      }
    }

    private void follow(Step step, Deque<Step> ahead) {
      if (step.unit().getModifiers().contains(JavaModifier.SYNCHRONIZED)) {
        waits.add(step.way() + " is synchronized");
      }
      for (JavaAccess<?> call : step.unit().getAccessesFromSelf()) {
        JavaClass owner = call.getTargetOwner();
        String way = step.way() + " -> " + call.getTarget().getFullName();
        if (CAN_WAIT.stream().anyMatch(call.getTarget().getFullName()::startsWith)) {
          waits.add(way);
        }
        if (owner.getFullName().startsWith("io.tallystick.")) {
          implementations(owner, call).forEach(unit -> ahead.add(new Step(unit, way)));
        }
      }
    }

    /** The code that a call may run: of its target's class, those above it, and those below. */
    private static List<JavaCodeUnit> implementations(JavaClass owner, JavaAccess<?> call) {
      Set<JavaClass> types = new HashSet<>(owner.getAllSubclasses());
      types.add(owner);
      types.addAll(owner.getAllRawSuperclasses());
      types.addAll(owner.getAllRawInterfaces());
      String signature = signature(call.getTarget().getFullName());
      return types.stream()
          .flatMap(type -> type.getCodeUnits().stream())
          .filter(unit -> signature(unit.getFullName()).equals(signature))
          .filter(unit -> !unit.isConstructor() || unit.getOwner().equals(owner))
          .collect(Collectors.toList());
    }

    /** The name and the parameters of code, without its class. */
    private static String signature(String fullName) {
      int parameters = fullName.indexOf('(');
      return fullName.substring(fullName.lastIndexOf('.', parameters) + 1);
    }
  }
}
