package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import io.tallystick.testing.SmallFileSystem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store says and keeps when its file, or the disk, is not as it should be. */
class SqliteFaultTest {
  private static final int PAGE = 4_096;

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("x.db");
  }

  private static SqliteOptions waiting(Duration busyTimeout) {
    return new SqliteOptions(busyTimeout, Synchronous.NORMAL);
  }

  private static StoreException assertFails(Category category, Runnable call) {
    StoreException failure = catchThrowableOfType(StoreException.class, call::run);
    assertThat(failure).as("failure").isNotNull();
    assertThat(failure.category()).as(failure.toString()).isEqualTo(category);
    return failure;
  }

  @Test
  void shouldFailAsTransientAndReadOnWhenAnotherWritesForTooLong() throws Exception {
    try (Store store = SqliteStore.open(file(), waiting(Duration.ofMillis(50)));
        RawConnection other = new RawConnection(file())) {
      store.keyValues().put("a", new byte[] {1});
      other.run("BEGIN IMMEDIATE");
      assertFails(Category.TRANSIENT, () -> store.keyValues().put("a", new byte[] {2}));
      assertThat(store.keyValues().get("a")).hasValue(new byte[] {1});
      other.run("ROLLBACK");
      store.keyValues().put("a", new byte[] {3});
      assertThat(store.keyValues().get("a")).hasValue(new byte[] {3});
    }
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

  @Test
  void shouldMoveAFileAsideAndBeginAnewWhenItIsNoDatabase() throws IOException {
    byte[] bytes = "no database".repeat(1_000).getBytes(UTF_8);
    Files.write(file(), bytes);
    StoreException refusal = assertFails(Category.CORRUPT, () -> SqliteStore.open(file()).close());
    try (Stream<Path> files = Files.list(folder)) {
      Path aside =
          files
              .filter(each -> each.getFileName().toString().startsWith("x.db.damaged-"))
              .findFirst()
              .orElseThrow();
      assertThat(aside).hasBinaryContent(bytes);
      assertThat(refusal).hasMessageContaining(aside.toString());
    }
    try (Store store = SqliteStore.open(file())) {
      store.keyValues().put("a", new byte[0]);
      assertThat(store.stats().keys()).isEqualTo(1);
    }
  }

  @Test
  void shouldSayThatPagesAreDamagedAndLeaveTheFileWhenItIsOpen() throws IOException {
    try (Store store = SqliteStore.open(file())) {
      for (int i = 0; i < 500; i++) {
        store.keyValues().put("key" + i, new byte[500]);
      }
    }
    long length = Files.size(file());
    try (RandomAccessFile bytes = new RandomAccessFile(file().toFile(), "rw")) {
      byte[] noise = new byte[PAGE];
      Arrays.fill(noise, (byte) 0x5a);
      for (long at = length / 2 / PAGE * PAGE; at < length; at += PAGE) {
        bytes.seek(at);
        bytes.write(noise);
      }
    }
    try (Store store = SqliteStore.open(file())) {
      assertFails(Category.CORRUPT, store::stats);
      assertFails(Category.CORRUPT, () -> store.keyValues().forEachKey("", store.keyValues()::get));
    }
    assertThat(Files.size(file())).isEqualTo(length);
  }

  @Test
  void shouldRefuseADatabaseOfANewerVersionAndLeaveIt() throws Exception {
    SqliteStore.open(file()).close();
    try (RawConnection other = new RawConnection(file())) {
      other.run("UPDATE tallystick_meta SET value = '99' WHERE name = 'schema.version'");
    }
    StoreException refusal =
        assertFails(Category.PERMANENT, () -> SqliteStore.open(file()).close());
    assertThat(refusal).hasMessageContaining("version=99");
    assertThat(file()).exists();
  }

  @Test
  void shouldSayThatThereIsNoFolderWhenThereIsNone() {
    Path nowhere = folder.resolve("no").resolve("x.db");
    assertFails(Category.PERMANENT, () -> SqliteStore.open(nowhere).close());
  }

  @Test
  void shouldLoseNothingWhenTheDiskIsFull() throws Exception {
    try (SmallFileSystem disk = SmallFileSystem.mountOrSkip(4 << 20);
        Store store = SqliteStore.open(disk.path().resolve("x.db"))) {
      store.keyValues().put("a", new byte[100]);
      disk.fill();
      StoreException failure = null;
      int more = 0; // the log's file may have room left
      while (failure == null) {
        int number = more;
        failure =
            catchThrowableOfType(
                StoreException.class,
                () -> store.keyValues().put("more" + number, new byte[100_000]));
        more += failure == null ? 1 : 0;
      }
      assertThat(failure.category()).isNotEqualTo(Category.CORRUPT);
      assertThat(store.keyValues().get("a")).hasValue(new byte[100]);
      disk.makeRoom();
      store.keyValues().put("b", new byte[100]);
      assertThat(store.stats().keys()).isEqualTo(more + 2L);
    }
  }

  @Test
  void shouldRefuseAsPermanentWhenTheDiskIsReadOnly() throws Exception {
    try (SmallFileSystem disk = SmallFileSystem.mountOrSkip(4 << 20)) {
      Path file = disk.path().resolve("x.db");
      try (Store store = SqliteStore.open(file)) {
        store.keyValues().put("a", new byte[100]);
      }
      disk.makeReadOnly();
      assertFails(Category.PERMANENT, () -> SqliteStore.open(file).close());
      assertThat(file).exists();
    }
  }
}
