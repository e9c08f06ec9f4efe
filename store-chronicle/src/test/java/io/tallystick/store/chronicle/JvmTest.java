package io.tallystick.store.chronicle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tallystick.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import net.openhft.chronicle.core.shutdown.PriorityHook;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a JVM needs, and what is not loaded into it. */
class JvmTest {
  @TempDir private Path folder;

  /** Opens a directory and uses it. */
  static final class User {
    private User() {}

    public static void main(String[] args) {
      try (ChronicleStore store = ChronicleStore.open(Path.of(args[0]))) {
        store.keyValues().increment("n", 1);
        store.jobQueue("q").offer("a", new byte[10]);
        store.jobQueue("q").take(Duration.ofSeconds(1));
        store.ledger().read();
        System.out.println("used");
      }
    }
  }

  @Test
  void shouldNameAllFlagsInOneErrorWhenTheyAreMissing() throws Exception {
    try (ChildJvm child = ChildJvm.of(User.class).arguments(folder.resolve("store")).start()) {
      assertThat(child.waitFor()).isNotZero();
      assertThat(child.errors()).contains("start java with: " + String.join(" ", JvmOptions.ALL));
      assertThat(folder.resolve("store")).doesNotExist();
    }
  }

  @Test
  void shouldCompileNothingWhenADirectoryIsOpenedAndUsed() throws Exception {
    Path log = folder.resolve("classes");
    ChildJvm.Builder builder = ChildJvm.of(User.class).arguments(folder.resolve("store"));
    JvmOptions.ALL.forEach(builder::option);
    try (ChildJvm child = builder.option("-Xlog:class+load:file=" + log).start()) {
      assertThat(child.waitFor()).as(child.errors()).isZero();
    }
    List<String> lines = Files.readAllLines(log);
    assertThat(lines)
        .anyMatch(line -> line.contains("VanillaGlobalMutableState$$Native source: file:"))
        .noneMatch(line -> line.contains("com.sun.tools.javac.main.JavaCompiler "));
  }

  @Test
  void shouldNotReportUsageToOthers() {
    assertThat(System.getProperty("java.class.path")).doesNotContain("chronicle-analytics");
    assertThatExceptionOfType(ClassNotFoundException.class)
        .isThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"));
  }

  /** Uses a directory in a hook, when the JVM has begun to end. */
  static final class Ending {
    private Ending() {}

    public static void main(String[] args) {
      ChronicleStore store = ChronicleStore.open(Path.of(args[0]));
      store.keyValues().increment("n", 1);
      CountDownLatch chronicleHasEnded = new CountDownLatch(1);
      PriorityHook.add(100, chronicleHasEnded::countDown); // behind the one that closes maps
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(store, chronicleHasEnded)));
      System.exit(0);
    }

    private static void end(ChronicleStore store, CountDownLatch chronicleHasEnded) {
      try {
        chronicleHasEnded.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      System.out.println("n " + store.keyValues().increment("n", 1));
      System.out.flush();
      store.close();
    }
  }

  @Test
  void shouldServeAnApplicationUntilItClosesTheStoreWhenTheJvmEnds() throws Exception {
    ChildJvm.Builder builder = ChildJvm.of(Ending.class).arguments(folder.resolve("store"));
    JvmOptions.ALL.forEach(builder::option);
    try (ChildJvm child = builder.start()) {
      child.await("n 2");
      assertThat(child.waitFor()).isZero();
    }
    try (ChronicleStore store = ChronicleStore.open(folder.resolve("store"))) {
      assertThat(store.recoveries()).isZero();
    }
  }
}
