package io.tallystick.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes of a backup, against others that were made by the page of its format. */
class BackupFormatTest {
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final double INF = Double.POSITIVE_INFINITY;

  @TempDir private Path folder;

  private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

  private Path file() {
    return folder.resolve("backup");
  }

  private void text(String text) {
    bytes.putInt(text.getBytes(UTF_8).length).put(text.getBytes(UTF_8));
  }

  private void record(int type, Consumer<ByteBuffer> payload) {
    int start = bytes.position();
    bytes.putInt(type).putInt(0);
    payload.accept(bytes);
    bytes.putInt(start + 4, bytes.position() - start - 8);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.array(), 0, bytes.position());
    bytes.putInt((int) checksum.getValue());
  }

  /** As root, a device would be gone. */
  @Test
  void shouldReplaceNothingButAFile() throws IOException {
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(file()));
      Throwable refusal = catchThrowable(() -> BackupWriter.create(file(), NOW_MS).close());
      assertThat(refusal)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("in the place of what is no file");
      assertThat(folder).isDirectoryContaining(each -> each.equals(file()));
      assertThat(folder.toFile().list()).hasSize(1);
    }
  }

  private static SeriesValues full() {
    return new SeriesValues(
        Labels.of("a", "é"),
        3,
        0,
        List.of(7L),
        1.5,
        0x1p-60,
        new NativeValues(2, 1e-9, 1, new TreeMap<>(Map.of(3, 2L)), new TreeMap<>(Map.of(-1, 4L))),
        null,
        List.of(new ExemplarValue(0.5, Labels.of("id", "x"), 9)));
  }

  private static FamilyValues histogram() {
    return new FamilyValues(
        "h",
        "h",
        "h",
        FamilyType.HISTOGRAM,
        GaugeMode.ALL,
        "help",
        null,
        List.of(INF),
        List.of(),
        List.of(2.0, 1e-9, 1e-3, 100.0),
        5,
        List.of(full()));
  }

  private static FamilyValues stateSet() {
    SeriesValues series =
        new SeriesValues(Labels.EMPTY, 3, 8, List.of(1L), 0, 0, null, null, List.of());
    return new FamilyValues(
        "s",
        "s",
        "s",
        FamilyType.STATESET,
        GaugeMode.ALL,
        null,
        null,
        List.of(),
        List.of("on"),
        List.of(),
        5,
        List.of(series));
  }

  private void histogramBytes() {
    bytes.putInt(1).put((byte) (2 + 4 + 16)).putInt(1); // one series, its parts, one label
    text("a");
    text("é");
    bytes.putLong(3).putInt(1).putLong(7).putDouble(1.5).putDouble(0x1p-60);
    bytes.putInt(2).putDouble(1e-9).putLong(1);
    bytes.putInt(1).putInt(3).putLong(2).putInt(1).putInt(-1).putLong(4);
    bytes.putInt(1).putDouble(0.5).putLong(9).putInt(1);
    text("id");
    text("x");
    text("HISTOGRAM");
    text("ALL");
    text("h");
    text("h");
    text("h");
    bytes.put((byte) 1);
    text("help");
    bytes.put((byte) 0);
    bytes.putInt(1).putDouble(INF).putInt(0);
    bytes.putInt(4).putDouble(2).putDouble(1e-9).putDouble(1e-3).putDouble(100).putLong(5);
  }

  private void stateSetBytes() {
    bytes.putInt(1).put((byte) 1).putInt(0).putLong(3).putInt(1).putLong(1).putDouble(0).putLong(8);
    text("STATESET");
    text("ALL");
    text("s");
    text("s");
    text("s");
    bytes.put((byte) 0).put((byte) 0).putInt(0).putInt(1);
    text("on");
    bytes.putInt(0).putLong(5);
  }

  private static List<BackupRecord> records() {
    return List.of(
        new BackupRecord.Key("k", new byte[] {1, 2}, NOW_MS + 1),
        new BackupRecord.Job(
            "q", BackupRecord.Job.State.RUNNING, "17", "j", new byte[] {3}, 2, NOW_MS + 2, 18, ""),
        new BackupRecord.LedgerState("id", Set.of("two", "one")),
        new BackupRecord.Base(histogram()),
        new BackupRecord.Source("src", 6, NOW_MS, NOW_MS + 3, List.of(stateSet())),
        new BackupRecord.Tombstone("ended", NOW_MS, null),
        new BackupRecord.Tombstone("cut", NOW_MS, List.of(stateSet())),
        new BackupRecord.Addition("k", "w", 9, NOW_MS + 4),
        new BackupRecord.Document("d", new byte[] {4}, NOW_MS + 4, Map.of("y", -2L, "x", 3L)),
        new BackupRecord.LatestNumber("n", 9));
  }

  private byte[] drawn(long count) {
    bytes.put("TALYBK01".getBytes(UTF_8)).putInt(1).putInt(1).putLong(NOW_MS);
    record(
        1,
        b -> {
          text("k");
          b.putInt(2).put((byte) 1).put((byte) 2).putLong(NOW_MS + 1);
        });
    record(
        2,
        b -> {
          List.of("q", "RUNNING", "17", "j").forEach(this::text);
          b.putInt(1).put((byte) 3).putInt(2).putLong(NOW_MS + 2).putLong(18);
          text("");
        });
    record(
        3,
        b -> {
          text("id");
          b.putInt(2);
          text("one");
          text("two");
        });
    record(
        4,
        b -> {
          b.putInt(1);
          histogramBytes();
        });
    record(
        5,
        b -> {
          text("src");
          b.putLong(6).putLong(NOW_MS).putLong(NOW_MS + 3).putInt(1);
          stateSetBytes();
        });
    record(
        6,
        b -> {
          text("ended");
          b.putLong(NOW_MS).put((byte) 0).putInt(0);
        });
    record(
        6,
        b -> {
          text("cut");
          b.putLong(NOW_MS).put((byte) 1).putInt(1);
          stateSetBytes();
        });
    record(
        7,
        b -> {
          text("k");
          text("w");
          b.putLong(9).putLong(NOW_MS + 4);
        });
    record(
        8,
        b -> {
          text("d");
          b.putInt(1).put((byte) 4).putLong(NOW_MS + 4).putInt(2);
          text("x");
          text("y");
          b.putLong(3).putLong(-2);
        });
    record(
        9,
        b -> {
          text("n");
          b.putLong(9);
        });
    record(0, b -> b.putLong(count));
    byte[] drawn = new byte[bytes.position()];
    bytes.get(0, drawn);
    return drawn;
  }

  @Test
  void shouldWriteWhatThePageOfTheFormatDraws() throws IOException {
    try (BackupWriter writer = BackupWriter.create(file(), NOW_MS)) {
      records().forEach(writer::write);
      writer.commit();
    }
    assertThat(Files.readAllBytes(file())).isEqualTo(drawn(10));
  }

  @Test
  void shouldReadWhatThePageOfTheFormatDraws() throws IOException {
    Files.write(file(), drawn(10));
    List<BackupRecord> read = new ArrayList<>();
    BackupReader.open(file()).forEach(read::add);
    assertThat(read).usingRecursiveComparison().isEqualTo(records());
  }

  @Test
  void shouldRefuseABackupThatHasLostARecordWhenItIsRead() throws IOException {
    Files.write(file(), drawn(9));
    assertCorrupt();
  }

  @Test
  void shouldRefuseABackupThatHasNoLedgerOrAnotherOrderWhenItIsRead() throws IOException {
    bytes.put("TALYBK01".getBytes(UTF_8)).putInt(1).putInt(0).putLong(NOW_MS);
    record(0, b -> b.putLong(0));
    Files.write(file(), Arrays.copyOf(bytes.array(), bytes.position()));
    assertCorrupt();
    List<BackupRecord> disordered = new ArrayList<>(records());
    Collections.swap(disordered, 0, 1);
    try (BackupWriter writer = BackupWriter.create(file(), NOW_MS)) {
      disordered.forEach(writer::write);
      writer.commit();
    }
    assertCorrupt();
  }

  private void assertCorrupt() {
    assertThat(catchThrowable(() -> BackupReader.open(file())))
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.category()).isEqualTo(StoreException.Category.CORRUPT));
  }

  @Test
  void shouldLeaveWhatWasThereWhenABackupIsNotCommitted() throws IOException {
    Files.writeString(file(), "old");
    try (BackupWriter writer = BackupWriter.create(file(), NOW_MS)) {
      records().forEach(writer::write);
    }
    assertThat(folder).isDirectoryContaining(path -> path.equals(file()));
    assertThat(file()).hasContent("old");
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void shouldRefuseOrRestoreWhenChecksumsAreRightAndTheRestIsNot() throws IOException {
    byte[] whole = drawn(10);
    Random random = new Random(4);
    int refused = 0;
    for (int round = 0; round < 2_000; round++) {
      Files.write(file(), mutated(whole, random));
      try (Store store = MemoryStore.open()) {
        Throwable thrown = catchThrowable(() -> store.restore(file(), RestoreMode.MERGE));
        if (thrown != null) {
          assertThat(thrown).isInstanceOf(StoreException.class);
          refused++;
        }
        store.ledger().sources().forEach(source -> store.ledger().retire(source.name()));
        store.ledger().read();
      }
    }
    assertThat(refused).isBetween(500, 1_999);
  }

  /** Changes some bytes of payloads, and makes all checksums right. */
  private static byte[] mutated(byte[] whole, Random random) {
    ByteBuffer mutant = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
    int changes = 1 + random.nextInt(3);
    List<Integer> starts = new ArrayList<>();
    for (int at = 24; at < whole.length; at += mutant.getInt(at + 4) + 12) {
      starts.add(at);
    }
    for (int i = 0; i < changes; i++) {
      int start = starts.get(random.nextInt(starts.size() - 1));
      int at = start + 8 + random.nextInt(mutant.getInt(start + 4));
      mutant.put(at, (byte) (random.nextBoolean() ? random.nextInt() : mutant.get(at) ^ 1));
    }
    for (int start : starts) {
      int end = start + 8 + mutant.getInt(start + 4);
      CRC32C checksum = new CRC32C();
      checksum.update(mutant.array(), 0, end);
      mutant.putInt(end, (int) checksum.getValue());
    }
    return mutant.array();
  }
}
