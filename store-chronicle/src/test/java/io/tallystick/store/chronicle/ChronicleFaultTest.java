package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.store.JobQueue;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.Stores;
import io.tallystick.testing.SmallFileSystem;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a store says and keeps when its maps, its directory or the disk are not as they should be.
 */
class ChronicleFaultTest {
  private static final MapSizes SMALL = new MapSizes(1, 1, 1, 1_000);
  private static final int LARGE = 500_000;

  @TempDir private Path folder;

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));

  private ChronicleStore open(Path directory) {
    return ChronicleStore.open(directory, SMALL, clock, DirectoryLock.PATIENCE);
  }

  private static StoreException failure(Runnable call) {
    StoreException failure = catchThrowableOfType(StoreException.class, call::run);
    assertThat(failure).as("failure").isNotNull();
    return failure;
  }

  @Test
  void shouldMakeNoDirectoryWhenOneIsOnlyLookedFor() throws IOException {
    Path directory = folder.resolve("store");
    assertThat(Stores.openExisting("chronicle:" + directory)).isEmpty();
    assertThat(directory).doesNotExist();
    Files.createDirectory(directory);
    assertThat(Stores.openExisting("chronicle:" + directory)).isEmpty();
    assertThat(directory).isEmptyDirectory();
    open(directory).close();
    Stores.openExisting("chronicle:" + directory).orElseThrow().close();
  }

  @Test
  void shouldPutNoBackupInThePlaceOfItsOwnFiles() throws IOException {
    Path directory = folder.resolve("store");
    try (ChronicleStore store = open(directory)) {
      Path link = Files.createSymbolicLink(folder.resolve("link"), directory);
      for (Path target : new Path[] {directory.resolve("control"), link.resolve("users/x")}) {
        StoreException failure = failure(() -> store.backup(target));
        assertThat(failure.category()).isEqualTo(Category.PERMANENT);
        assertThat(failure).hasMessageContaining("in the directory of the store");
      }
      store.ping();
      store.backup(folder.resolve("backup"));
    }
  }

  @Test
  void shouldKeepWhatItHasWhenAMapIsFullAndTakeMoreOnceSomethingHasExpired() {
    try (ChronicleStore store = open(folder.resolve("store"))) {
      store.keyValues().put("expires", new byte[LARGE], Duration.ofMinutes(1));
      int[] taken = new int[1];
      StoreException failure =
          failure(
              () -> {
                while (true) {
                  store.keyValues().put("key" + taken[0], new byte[LARGE]);
                  taken[0]++;
                }
              });
      assertThat(failure.category()).isEqualTo(Category.PERMANENT);
      assertThat(failure).hasMessageContaining("map is full");
      assertThat(taken[0]).isPositive();
      assertThat(store.stats().keys()).isEqualTo(taken[0] + 1);
      clock.turn(Duration.ofMinutes(1));
      store.keyValues().put("more", new byte[LARGE]);
      assertThat(store.stats().keys()).isEqualTo(taken[0] + 1);
      assertThat(store.recoveries()).isZero();
    }
  }

  @Test
  void shouldTakeBackAnOfferWhenTheMapOfJobsIsFull() {
    try (ChronicleStore store = open(folder.resolve("store"))) {
      JobQueue queue = store.jobQueue("q");
      int[] taken = new int[1];
      StoreException failure =
          failure(
              () -> {
                while (true) {
                  queue.offer("job" + taken[0], new byte[LARGE]);
                  taken[0]++;
                }
              });
      assertThat(failure.category()).isEqualTo(Category.PERMANENT);
      assertThat(queue.sizes()).isEqualTo(new JobQueue.Sizes(taken[0], 0, 0, 0));
      for (int i = 0; i < taken[0]; i++) {
        JobQueue.Job job = queue.take(Duration.ofMinutes(1)).orElseThrow();
        assertThat(job.key()).isEqualTo("job" + i);
        assertThat(queue.acknowledge(job)).isTrue();
      }
      assertThat(queue.sizes()).isEqualTo(new JobQueue.Sizes(0, 0, 0, 0));
    }
  }

  @Test
  void shouldFailAsTransientWhenAThreadIsInterruptedWhileItsMapGrows() {
    try (Session session = Session.open(folder.resolve("store"), SMALL, DirectoryLock.PATIENCE)) {
      StoreException failure =
          failure(
              () ->
                  session.run(
                      () -> {
                        Thread.currentThread().interrupt();
                        for (byte i = 0; i >= 0; i++) {
                          session.map(MapKind.KEYS).put(new byte[] {i}, new byte[LARGE]);
                        }
                      }));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(failure.category()).as(failure.toString()).isEqualTo(Category.TRANSIENT);
      session.run(
          () ->
              assertThat(session.map(MapKind.KEYS).get(new byte[] {0})).as("taken back").isNull());
    }
  }

  @Test
  void shouldKeepTheBeginningOfAnErrorThatIsTooLong() {
    try (ChronicleStore store = open(folder.resolve("store"))) {
      JobQueue queue =
          store.jobQueue("q", new RetryPolicy(1, Duration.ofSeconds(1), Duration.ofSeconds(1)));
      queue.offer("a", new byte[0]);
      String error = "e".repeat(999) + "\ud83d\ude00".repeat(LARGE);
      queue.retry(queue.take(Duration.ofMinutes(1)).orElseThrow(), error);
      assertThat(queue.deadLetters(1).get(0).error()).isEqualTo("e".repeat(999));
    }
  }

  @Test
  void shouldRefuseADirectoryThatThisJvmHasOpenByAnotherPath() throws IOException {
    Path moved = folder.resolve("moved");
    try (ChronicleStore store = open(folder.resolve("store"))) {
      store.keyValues().put("a", new byte[] {1});
      Files.move(folder.resolve("store"), moved); // two paths to one, as by a bind mount
      assertThat(failure(() -> open(moved)).category()).isEqualTo(Category.PERMANENT);
      assertThat(store.keyValues().get("a")).hasValue(new byte[] {1});
    }
    try (ChronicleStore store = open(moved)) {
      assertThat(store.keyValues().get("a")).hasValue(new byte[] {1});
      assertThat(store.recoveries()).isZero();
    }
  }

  @Test
  void shouldLoseNothingWhenTheDiskIsFull() throws Exception {
    try (SmallFileSystem disk = SmallFileSystem.mountOrSkip(64 << 20)) {
      Path directory = disk.path().resolve("store");
      int more = 0;
      try (ChronicleStore store = open(directory)) {
        store.keyValues().put("a", new byte[100]);
        disk.fill();
        StoreException failure = null;
        while (failure == null) {
          int number = more;
          failure =
              catchThrowableOfType(
                  StoreException.class,
                  () -> store.keyValues().put("more" + number, new byte[100_000]));
          more += failure == null ? 1 : 0;
        }
        assertThat(failure.category()).as(failure.toString()).isEqualTo(Category.PERMANENT);
        disk.makeRoom();
        assertThat(store.keyValues().get("a")).hasValue(new byte[100]);
        store.keyValues().put("b", new byte[100]);
        assertThat(store.stats().keys()).isEqualTo(more + 2L);
      }
    }
  }

  @Test
  void shouldRefuseADirectoryOfAnotherVersionAndLeaveIt() throws IOException {
    Path directory = folder.resolve("store");
    open(directory).close();
    write(directory.resolve("control"), 8, 99);
    assertThat(failure(() -> open(directory).close()).category()).isEqualTo(Category.PERMANENT);
    write(directory.resolve("control"), 0, 99);
    assertThat(failure(() -> open(directory).close()).category()).isEqualTo(Category.CORRUPT);
    assertThat(directory.resolve("keys-0.map")).exists();
  }

  private static void write(Path file, int offset, int number) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(bytes.putInt(0, number), offset);
    }
  }

  @Test
  void shouldSayThatItIsNoDirectoryWhenItIsAFile() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(failure(() -> open(file).close()).category()).isEqualTo(Category.PERMANENT);
  }

  @Test
  void shouldRefuseAUrlThatItDoesNotKnow() {
    for (String url : new String[] {"chronicle:", "chronicle:x?entries=1", "chronicle:x?keys=0"}) {
      assertThatIllegalArgumentException().isThrownBy(() -> Stores.open(url).close());
    }
    assertThat(Path.of("x")).doesNotExist();
  }

  @Test
  void shouldMakeFilesThatOnlyTheirOwnerReads() throws IOException {
    Path directory = folder.resolve("store");
    try (ChronicleStore store = open(directory)) {
      store.keyValues().put("a", new byte[0]);
      try (Stream<Path> files = Files.walk(directory)) {
        assertThat(files)
            .allSatisfy(
                each ->
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                        .isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------"));
      }
    }
  }

  @Test
  void shouldRefuseACursorThatIsOfNoPage() {
    try (ChronicleStore store = open(folder.resolve("store"))) {
      store.keyValues().put("a", new byte[1]);
      for (String cursor : new String[] {"99999", "-1", "x", ""}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> store.keyValues().scan("", cursor, 10));
      }
      assertThat(store.keyValues().scan("", null, 10).keys()).containsExactly("a");
      assertThat(store.recoveries()).isZero();
    }
  }

  @Test
  void shouldTakeBackAllThatACallHasChangedWhenEntriesThatGrowFillTheMap() {
    Random random = new Random(2);
    Map<String, byte[]> kept = new HashMap<>();
    int refused = 0;
    try (Session session = Session.open(folder.resolve("store"), SMALL, DirectoryLock.PATIENCE)) {
      for (int round = 0; round < 40; round++) {
        Map<String, byte[]> changed = new HashMap<>(kept);
        try {
          session.run(() -> change(session.map(MapKind.KEYS), random, changed));
          kept = changed;
        } catch (StoreException e) {
          assertThat(e).hasMessageContaining("map is full");
          refused++;
        }
        assertThat(entries(session)).as("round " + round).isEqualTo(texts(kept));
      }
      assertThat(refused).isPositive();
      assertThat(session.control().undoLength()).isZero();
      assertThat(session.control().recoveries()).isZero();
    }
  }

  private static void change(MapFile map, Random random, Map<String, byte[]> entries) {
    for (int i = 0; i < 20; i++) {
      String key = "k" + random.nextInt(200);
      if (random.nextInt(4) == 0) {
        map.remove(key.getBytes(UTF_8));
        entries.remove(key);
      } else {
        byte[] value = new byte[1 + random.nextInt(random.nextInt(3) == 0 ? 1_000_000 : 50_000)];
        random.nextBytes(value);
        map.put(key.getBytes(UTF_8), value);
        entries.put(key, value);
      }
    }
  }

  private static Map<String, Integer> texts(Map<String, byte[]> entries) {
    Map<String, Integer> texts = new HashMap<>();
    entries.forEach((key, value) -> texts.put(key, Arrays.hashCode(value)));
    return texts;
  }

  /** All entries; each is found by its key too. */
  private static Map<String, Integer> entries(Session session) {
    return session.call(
        () -> {
          MapFile map = session.map(MapKind.KEYS);
          Map<String, byte[]> entries = new HashMap<>();
          map.forEach((key, value) -> entries.put(new String(key, UTF_8), value));
          entries.replaceAll((key, value) -> map.get(key.getBytes(UTF_8)));
          return texts(entries);
        });
  }
}
