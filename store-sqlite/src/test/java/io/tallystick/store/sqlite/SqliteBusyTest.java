package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Parent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What calls do while another process has the database to itself, or other threads write. */
class SqliteBusyTest {
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("x.db");
  }

  private static SqliteOptions waiting(Duration busyTimeout) {
    return new SqliteOptions(busyTimeout, Synchronous.NORMAL);
  }

  /** Another process that has begun a transaction, and ends it when it is sent a line. */
  private ChildJvm locker(String begin) throws Exception {
    ChildJvm child = ChildJvm.of(Locker.class).arguments(file(), begin).start();
    child.await("locked");
    return child;
  }

  static final class Locker {
    private Locker() {}

    public static void main(String[] args) throws IOException, SQLException {
      Parent.endWithIt();
      try (RawConnection connection = new RawConnection(Path.of(args[0]))) {
        connection.run(args[1]);
        System.out.println("locked");
        while (System.in.read() != '\n') {}
        connection.run("COMMIT");
        System.out.println("released");
        System.in.read();
      }
    }
  }

  @Test
  void shouldFailAsTransientAndReadOnWhenAnotherProcessWritesForTooLong() throws Exception {
    try (Store store = SqliteStore.open(file(), waiting(Duration.ofMillis(50)))) {
      store.keyValues().put("a", new byte[] {1});
      try (ChildJvm other = locker("BEGIN IMMEDIATE")) {
        Refused.with(Category.TRANSIENT, () -> store.keyValues().put("a", new byte[] {2}));
        assertThat(store.keyValues().get("a")).hasValue(new byte[] {1});
        other.send("");
        other.await("released");
        store.keyValues().put("a", new byte[] {3});
      }
      assertThat(store.keyValues().get("a")).hasValue(new byte[] {3});
    }
  }

  @Test
  void shouldFailAsTransientAndLeaveTheFileWhenAnotherProcessHasItToItself() throws Exception {
    try (Store store = SqliteStore.open(file())) {
      store.keyValues().put("a", new byte[] {1});
    }
    String begin = "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE t (a)";
    try (ChildJvm other = locker(begin)) {
      Refused.with(
          Category.TRANSIENT,
          () -> SqliteStore.open(file(), waiting(Duration.ofMillis(50))).close());
      other.kill();
    }
    try (Store store = SqliteStore.open(file());
        Stream<Path> files = Files.list(folder)) {
      assertThat(store.keyValues().get("a")).hasValue(new byte[] {1});
      assertThat(files).noneMatch(each -> each.toString().contains("damaged"));
    }
  }

  @Test
  void shouldFailAllThatWaitWhenOneOfThemHasWaitedForThemAll() throws Exception {
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    try (Store store = SqliteStore.open(file(), waiting(Duration.ofSeconds(3)));
        RawConnection other = new RawConnection(file())) {
      other.run("BEGIN IMMEDIATE");
      for (int i = 0; i < 8; i++) {
        String key = "key" + i;
        Thread thread = new Thread(() -> store.keyValues().put(key, new byte[0]));
        thread.setUncaughtExceptionHandler((t, e) -> failures.add(e));
        threads.add(thread);
        thread.start();
      }
      Await.until(
          "all but the writing one wait",
          () -> threads.stream().filter(t -> t.getState() == Thread.State.WAITING).count() >= 7);
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(failures).hasSize(8);
    assertThat(failures.stream().map(Throwable::getCause).collect(Collectors.toSet()))
        .as("times that were waited for")
        .hasSizeLessThan(3);
  }

  @Test
  void shouldFailTheOneThatFailsWhenSeveralAreWrittenTogether() throws Exception {
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    try (Store store = SqliteStore.open(file(), waiting(Duration.ofMinutes(1)));
        RawConnection other = new RawConnection(file())) {
      store.keyValues().put("text", "no number".getBytes(UTF_8));
      other.run("BEGIN IMMEDIATE");
      for (int i = 0; i < 6; i++) {
        String key = i == 3 ? "text" : "number" + i;
        Thread thread = new Thread(() -> store.keyValues().increment(key, 1));
        thread.setUncaughtExceptionHandler((t, e) -> failures.add(e));
        threads.add(thread);
        thread.start();
      }
      Await.until(
          "all but the writing one wait",
          () -> threads.stream().filter(t -> t.getState() == Thread.State.WAITING).count() >= 5);
      other.run("ROLLBACK");
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures)
          .singleElement()
          .isInstanceOfSatisfying(
              StoreException.class, e -> assertThat(e.category()).isEqualTo(Category.PERMANENT));
      assertThat(store.stats().keys()).isEqualTo(6);
      assertThat(store.keyValues().get("number5")).hasValue("1".getBytes(UTF_8));
    }
  }

  @Test
  void shouldWriteAndStayInterruptedWhenInterruptedWhileItWaits() throws Exception {
    AtomicInteger interrupted = new AtomicInteger();
    try (Store store = SqliteStore.open(file(), waiting(Duration.ofMinutes(1)));
        RawConnection other = new RawConnection(file())) {
      other.run("BEGIN IMMEDIATE");
      Runnable put =
          () -> {
            Thread.currentThread().interrupt();
            store.keyValues().increment("sum", 1);
            interrupted.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 0);
          };
      Thread a = new Thread(put);
      Thread b = new Thread(put);
      a.start();
      b.start();
      Await.until(
          "the one that does not write waits",
          () -> a.getState() == Thread.State.WAITING || b.getState() == Thread.State.WAITING);
      other.run("ROLLBACK");
      a.join();
      b.join();
      assertThat(interrupted).hasValue(2);
      assertThat(store.keyValues().increment("sum", 0)).isEqualTo(2);
    }
  }
}
