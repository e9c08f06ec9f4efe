package io.tallystick.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.ChildJvm;
import io.tallystick.testing.Parent;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a store that is open does when its file is moved aside, deleted or replaced. */
class ReplacedFileTest {
  private static final byte[] ONE = {1};
  private static final byte[] TWO = {2};

  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("x.db");
  }

  private void moveAside() throws IOException {
    for (String part : List.of("x.db-wal", "x.db-shm", "x.db")) {
      Files.move(folder.resolve(part), folder.resolve("old-" + part));
    }
  }

  @Test
  void shouldAcknowledgeNoWriteWhenTheFileWasMovedAside() throws IOException {
    try (Store store = SqliteStore.open(file())) {
      store.keyValues().put("a", ONE);
      moveAside();
      Refused.with(Category.TRANSIENT, () -> store.keyValues().put("b", TWO));
      store.keyValues().put("b", TWO);
      try (Store other = SqliteStore.open(file())) {
        assertThat(other.keyValues().get("b")).hasValue(TWO);
        assertThat(other.ledger().id()).isEqualTo(store.ledger().id());
      }
    }
  }

  @Test
  void shouldReadNothingOfTheOldFileWhenItWasMovedAside() throws IOException {
    try (Store store = SqliteStore.open(file())) {
      store.keyValues().put("a", ONE);
      assertThat(store.keyValues().get("a")).hasValue(ONE);
      moveAside();
      Refused.with(Category.TRANSIENT, () -> store.keyValues().get("a"));
      Refused.with(Category.TRANSIENT, () -> store.keyValues().get("a"));
      assertThat(file()).doesNotExist();
      try (Store other = SqliteStore.open(file())) {
        other.keyValues().put("a", TWO);
        assertThat(store.keyValues().get("a")).hasValue(TWO);
      }
    }
  }

  @Test
  void shouldGoOnWithTheNewFileWhenAnotherProcessMovedTheDamagedOneAside() throws Exception {
    try (Store store = SqliteStore.open(file())) {
      store.keyValues().put("a", ONE);
      try (ChildJvm child = ChildJvm.of(Damager.class).arguments(file()).start()) {
        child.await("CORRUPT");
        child.await("opened");
        Refused.with(Category.TRANSIENT, () -> store.keyValues().put("b", ONE));
        store.keyValues().put("b", ONE);
        assertThat(store.keyValues().get("a")).hasValue(TWO);
        child.send("");
        child.await("b=true");
      }
    }
  }

  static final class Damager {
    private Damager() {}

    public static void main(String[] args) throws IOException, SQLException {
      Parent.endWithIt();
      Path file = Path.of(args[0]);
      try (RawConnection connection = new RawConnection(file)) {
        connection.list("PRAGMA wal_checkpoint(TRUNCATE)");
      }
      try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
        bytes.write(new byte[4_096]);
      }
      try (Store store = SqliteStore.open(file)) {
        System.out.println("was not damaged: " + store);
      } catch (StoreException e) {
        System.out.println(e.category());
      }
      try (Store store = SqliteStore.open(file)) {
        store.keyValues().put("a", TWO);
        System.out.println("opened");
        while (System.in.read() != '\n') {}
        System.out.println("b=" + store.keyValues().exists("b"));
        while (System.in.read() >= 0) {}
      }
    }
  }

  @Test
  void shouldMoveNothingWhenAnotherProcessHasMovedItAsideMeanwhile() throws Exception {
    Files.write(file(), new byte[8_192]);
    Path good = folder.resolve("good.db");
    try (Store store = SqliteStore.open(good)) {
      store.keyValues().put("a", ONE);
    }
    try (FileChannel channel =
        FileChannel.open(
            folder.resolve("x.db-aside.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE)) {
      ChildJvm child;
      try (FileLock lock = channel.lock()) {
        assertThat(lock.isValid()).isTrue();
        child = ChildJvm.of(Opener.class).arguments(file()).start();
        child.await("damaged");
        Files.move(file(), folder.resolve("x.db.damaged-0"));
        Files.move(good, file());
      }
      try (child) {
        child.await("TRANSIENT");
      }
    }
    try (Store store = SqliteStore.open(file());
        Stream<Path> files = Files.list(folder)) {
      assertThat(store.keyValues().get("a")).hasValue(ONE);
      assertThat(files.filter(each -> each.toString().contains("damaged"))).hasSize(1);
    }
  }

  /** Finds a file damaged, and then opens it as a store does that has just found that. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] args) {
      Path path = Path.of(args[0]);
      DatabaseFile file = new DatabaseFile(path, SqliteOptions.DEFAULT);
      NativeLibrary.load();
      try {
        file.prepared(Schema.newest()).close();
      } catch (SQLException e) {
        System.out.println("damaged");
        DamagedFile damaged = new DamagedFile(file, Duration.ofMinutes(1));
        System.out.println(damaged.moveAside(Schema.newest(), 0, e).category());
      }
    }
  }

  @Test
  @Timeout(60)
  void shouldNotWaitForEverWhenTheOneThatMovesItAsideStands() throws Exception {
    Files.write(file(), new byte[8_192]);
    try (ChildJvm other = ChildJvm.of(Holder.class).arguments(folder).start()) {
      other.await("locked");
      SqliteOptions options = new SqliteOptions(Duration.ofMillis(50), Synchronous.NORMAL);
      Refused.with(Category.TRANSIENT, () -> SqliteStore.open(file(), options).close());
      assertThat(file()).hasSize(8_192);
    }
  }

  /** Holds the lock under which a file is moved aside. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws IOException {
      try (FileChannel channel =
              FileChannel.open(
                  Path.of(args[0]).resolve("x.db-aside.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        System.out.println(lock.isValid() ? "locked" : "not locked");
        while (System.in.read() >= 0) {}
      }
    }
  }

  @Test
  void shouldMoveTheFileThatALinkLeadsToWhenItIsDamaged() throws IOException {
    Path real = Files.createDirectory(folder.resolve("real")).resolve("y.db");
    Files.write(real, new byte[8_192]);
    Files.createSymbolicLink(file(), real);
    Refused.with(Category.CORRUPT, () -> SqliteStore.open(file()).close());
    try (Stream<Path> files = Files.list(folder.resolve("real"))) {
      assertThat(files).anyMatch(each -> each.toString().contains("y.db.damaged-"));
    }
    assertThat(file()).isSymbolicLink();
  }

  @Test
  void shouldBeReadableByItsOwnerAloneWhenItIsMadeAnew() throws Exception {
    DatabaseFile file = new DatabaseFile(file(), SqliteOptions.DEFAULT);
    NativeLibrary.load();
    try (Session session = file.prepared(Schema.newest())) {
      assertThat(file.isSame(session)).isTrue();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void shouldRefuseABackupWhenItWouldBeInThePlaceOfTheStore() throws IOException {
    try (Store store = SqliteStore.open(file())) {
      store.keyValues().put("a", ONE);
      Path link = Files.createSymbolicLink(folder.resolve("link"), file());
      for (Path target : List.of(file(), link, folder.resolve("x.db-wal"))) {
        Refused.with(Category.PERMANENT, () -> store.backup(target));
      }
      assertThat(store.keyValues().get("a")).hasValue(ONE);
    }
    try (Store store = SqliteStore.open(file())) {
      assertThat(store.keyValues().get("a")).hasValue(ONE);
    }
  }
}
