package io.tallystick.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.SmallFileSystem;
import io.tallystick.testing.TurnedClock;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a store says and keeps when its file, or the disk, is not as it should be. */
class SqliteFaultTest {
  private static final int PAGE = 4_096;

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("x.db");
  }

  @Test
  void shouldMoveAFileAsideAndBeginAnewWhenItIsNoDatabase() throws IOException {
    byte[] bytes = "no database".repeat(1_000).getBytes(UTF_8);
    Files.write(file(), bytes);
    StoreException refusal = Refused.with(Category.CORRUPT, () -> SqliteStore.open(file()).close());
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
  void shouldBringTogetherWhatOneThatWasKilledHasMovedAsideInPart() throws IOException {
    Files.write(file(), "no database".repeat(1_000).getBytes(UTF_8));
    Files.write(folder.resolve("x.db.damaged-5-wal"), new byte[] {1}); // and then it was killed
    Files.write(folder.resolve("x.db.damaged-4"), new byte[] {2}); // an earlier one, all of it
    Files.write(folder.resolve("x.db.damaged-4-shm"), new byte[] {3});
    Refused.with(Category.CORRUPT, () -> SqliteStore.open(file()).close());
    assertThat(folder.resolve("x.db.damaged-5")).content().startsWith("no database");
    assertThat(folder.resolve("x.db.damaged-5-wal")).hasBinaryContent(new byte[] {1});
    assertThat(folder.resolve("x.db.damaged-4")).hasBinaryContent(new byte[] {2});
    try (Store store = SqliteStore.open(file())) {
      assertThat(store.stats().keys()).isZero();
    }
  }

  @Test
  void shouldOpenOnceThereAreDescriptorsAgainWhenThereWereNone() throws Exception {
    try (ChildJvm child = ChildJvm.of(Greedy.class).arguments(file()).option("-Xmx256m").start()) {
      assertThat(child.waitFor()).as(child.errors()).isZero();
      assertThat(child.readLine()).isEqualTo("TRANSIENT TRANSIENT 1");
    }
  }

  /**
   * A process that opens a store with no file descriptor left: a new one, and one that is there.
   */
  static final class Greedy {
    private static final int MOST = 200_000;

    private Greedy() {}

    public static void main(String[] args) throws IOException {
      Path file = Path.of(args[0]);
      try (Store store = SqliteStore.open(file)) { // loads what it takes to open one
        store.keyValues().put("a", new byte[0]);
      }
      // and what it takes to say what is wrong: classes in folders are files, too
      String loaded = category(file.resolveSibling("nowhere").resolve("x.db"));
      assertThat(SqliteFault.isUnopened(new SQLException(loaded))).isFalse();
      List<FileInputStream> open = new ArrayList<>();
      try {
        while (open.size() < MOST) {
          open.add(new FileInputStream("/dev/null"));
        }
      } catch (IOException e) {
        // which is what is wanted
      }
      String fresh = open.size() < MOST ? category(file.resolveSibling("new.db")) : "TRANSIENT";
      String present = open.size() < MOST ? category(file) : "TRANSIENT";
      for (FileInputStream each : open) {
        each.close();
      }
      try (Store store = SqliteStore.open(file)) {
        System.out.println(fresh + " " + present + " " + store.stats().keys());
      }
    }

    private static String category(Path file) {
      try {
        SqliteStore.open(file).close();
        return "opened";
      } catch (StoreException e) {
        return e.category().toString();
      }
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
      Refused.with(Category.CORRUPT, store::stats);
      Refused.with(
          Category.CORRUPT, () -> store.keyValues().forEachKey("", store.keyValues()::get));
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
        Refused.with(Category.PERMANENT, () -> SqliteStore.open(file()).close());
    assertThat(refusal).hasMessageContaining("version=99");
    assertThat(file()).exists();
  }

  @Test
  void shouldSayThatThereIsNoFolderWhenThereIsNone() {
    Path nowhere = folder.resolve("no").resolve("x.db");
    Refused.with(Category.PERMANENT, () -> SqliteStore.open(nowhere).close());
  }

  @Test
  void shouldLoseNothingWhenThereIsNoRoomForAnotherPage() {
    try (SqliteStore store = SqliteStore.open(file())) {
      store.keyValues().put("a", new byte[100]);
      limitPages(store, pages(store) + 50);
      StoreException failure = null;
      int more = 0;
      for (; failure == null; more++) {
        String key = "more" + more;
        failure =
            catchThrowableOfType(
                StoreException.class, () -> store.keyValues().put(key, new byte[10_000]));
      }
      assertThat(failure.category()).isEqualTo(Category.PERMANENT);
      assertThat(failure).hasMessageContaining("full");
      assertThat(store.keyValues().get("a")).hasValue(new byte[100]);
      assertThat(store.stats().keys()).isEqualTo(more);
      limitPages(store, pages(store) + 50);
      store.keyValues().put("b", new byte[10_000]);
      assertThat(store.stats().keys()).isEqualTo(more + 1L);
    }
  }

  private static void limitPages(SqliteStore store, long pages) {
    store.writer().write(session -> session.number(0, "PRAGMA max_page_count = " + pages));
  }

  private static long pages(SqliteStore store) {
    return store.readers().read(session -> session.number(0, "PRAGMA page_count"));
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
      Refused.with(Category.PERMANENT, () -> SqliteStore.open(file).close());
      assertThat(file).exists();
    }
  }

  @Test
  void shouldRefuseWritesAsPermanentAndReadWhenTheFileIsReadOnly() throws Exception {
    try (Store store = SqliteStore.open(file())) {
      store.keyValues().put("a", new byte[] {1});
    }
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("r--------"));
    assumeFalse(Files.isWritable(file()), "this user may write to any file");
    try (Store store = SqliteStore.open(file())) {
      assertThat(store.keyValues().get("a")).hasValue(new byte[] {1});
      Refused.with(Category.PERMANENT, () -> store.keyValues().put("a", new byte[] {2}));
      assertThat(store.keyValues().get("a")).hasValue(new byte[] {1});
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "0", "-1"})
  void shouldSayThatTheVersionIsDamagedWhenItIsNone(String version) throws Exception {
    SqliteStore.open(file()).close();
    try (RawConnection other = new RawConnection(file())) {
      other.run("UPDATE tallystick_meta SET value = '" + version + "' WHERE name LIKE '%version'");
    }
    Refused.with(Category.CORRUPT, () -> SqliteStore.open(file()).close());
    assertThat(file()).exists();
  }

  @Test
  void shouldHaveEachKeyWhateverItsCharactersWhenOpenedAgain() {
    List<String> keys = new ArrayList<>(List.of("*?[]%_", "a\0b", "\u00e9", "e\u0301", "'\"\\"));
    for (int plane = 0; plane <= 16; plane++) {
      keys.add(Character.toString((plane << 16) + 0xfffd));
    }
    try (Store store = SqliteStore.open(file())) {
      keys.forEach(key -> store.keyValues().put(key, key.getBytes(UTF_8)));
    }
    try (Store store = SqliteStore.open(file())) {
      assertThat(keys)
          .allSatisfy(key -> assertThat(store.keyValues().get(key)).hasValue(key.getBytes(UTF_8)));
      assertThat(store.keyValues().scan("*", null, 100).keys()).containsExactly("*?[]%_");
    }
  }

  @Test
  void shouldDeleteAllThatExpiredWithTheWritesThatFollow() throws Exception {
    TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));
    try (Store store = SqliteStore.open(file(), SqliteOptions.DEFAULT, clock);
        RawConnection other = new RawConnection(file())) {
      for (int i = 0; i < 350; i++) {
        store.keyValues().put("key" + i, new byte[0], Duration.ofMillis(1));
      }
      clock.turn(Duration.ofSeconds(2));
      for (int i = 0; i < 4; i++) {
        store.keyValues().put("a", new byte[0]);
      }
      assertThat(other.list("SELECT count(*) FROM tallystick_keys")).containsExactly("1");
    }
  }

  @Test
  void shouldWriteOnWhenAStatementFailsInTheMiddleOfATransaction() {
    try (SqliteStore store = SqliteStore.open(file())) {
      Refused.with(
          Category.PERMANENT,
          () ->
              store
                  .writer()
                  .write(
                      session -> {
                        session.update("INSERT INTO metrics VALUES ('m', ':{}', 1)");
                        return session.update("INSERT INTO metrics VALUES ('m', ':{}', 2)");
                      }));
      store.keyValues().put("a", new byte[0]);
      assertThat(store.stats().keys()).isEqualTo(1);
      assertThat(store.ledger().read()).isEmpty();
    }
  }
}
