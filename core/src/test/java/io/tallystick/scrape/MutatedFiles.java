package io.tallystick.scrape;

import io.tallystick.Tallystick;
import io.tallystick.merge.Merge;
import io.tallystick.merge.MergedFamily;
import io.tallystick.merge.MergedFile;
import io.tallystick.merge.Retirement;
import io.tallystick.merge.Source;
import io.tallystick.metrics.RegistrarAccess;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.testing.EveryType;
import io.tallystick.testing.TallyBytes;
import io.tallystick.testing.TallyBytes.Block;
import io.tallystick.testing.TallyBytes.Entry;
import io.tallystick.testing.TempDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * Merges a good file with mutants of another one, and checks that nothing but the mutant's own
 * series suffers. What a mutant is follows from its seed alone.
 */
final class MutatedFiles implements AutoCloseable {
  private static final long[] INTERESTING = {
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    15,
    16,
    20,
    63,
    64,
    65,
    127,
    128,
    255,
    256,
    257,
    319,
    320,
    1023,
    1024,
    4096,
    0xFFFF,
    0x10000,
    1 << 20,
    (1 << 20) + 1,
    1 << 28,
    (1 << 28) + 1,
    1 << 29,
    1 << 30,
    Integer.MAX_VALUE,
    Integer.MAX_VALUE - 63,
    1L << 31,
    1L << 32,
    1L << 53,
    Long.MAX_VALUE,
    Long.MAX_VALUE - 63,
    -1,
    -2,
    -64,
    Integer.MIN_VALUE,
    Long.MIN_VALUE,
    0x7FF0000000000000L,
    0xFFF0000000000000L,
    0x7FF8000000000000L,
    0xBFF0000000000000L,
    0x8000000000000000L,
    0x80808080L,
    0xC3C3C3C3C3C3C3C3L
  };

  private final TempDirectory temp;
  private final Path mutantFile;
  private final Path goodFile;
  private final TallyBytes process;
  private final TallyBytes retired;
  private final byte[] expected;
  private final Merge kept = new Merge();
  private final Source keptGood;
  private final TextWriter texts = new TextWriter();
  private long faulty;
  private long readable;

  private MutatedFiles(TempDirectory temp) throws IOException {
    this.temp = temp;
    this.process = fileOfEveryType("bad_");
    this.retired = retired(process);
    this.goodFile = temp.path().resolve("good");
    fileOfEveryType("good_").writeTo(goodFile);
    this.mutantFile = temp.path().resolve("mutant");
    this.keptGood = goodSource();
    kept.at(System.currentTimeMillis());
    kept.add(keptGood);
    kept.refresh(0, 0, family -> true);
    this.expected = text(kept.families(), TextFormat.OPENMETRICS, name -> name.startsWith("good_"));
  }

  static MutatedFiles create() throws IOException {
    return new MutatedFiles(TempDirectory.create());
  }

  private static TallyBytes fileOfEveryType(String prefix) throws IOException {
    try (TempDirectory directory = TempDirectory.create();
        Tallystick tallystick =
            Tallystick.builder().directory(directory.path()).segmentCells(64).open()) {
      EveryType.fill(tallystick, prefix);
      return TallyBytes.of(RegistrarAccess.path(tallystick, directory.path()));
    }
  }

  private static TallyBytes retired(TallyBytes dead) throws IOException {
    try (TempDirectory directory = TempDirectory.create()) {
      dead.writeTo(directory.path().resolve("0123456789abcdef0123456789abcdef.tally"));
      retirement(directory.path()).run();
      return TallyBytes.of(directory.path().resolve("retired.tally"));
    }
  }

  private static Retirement retirement(Path directory) throws IOException {
    return new Retirement(Directory.open(directory), Duration.ofHours(1), Clock.systemUTC());
  }

  private Source goodSource() throws IOException {
    try {
      return new Source(ProcessFileReader.openDead(goodFile), true);
    } catch (CorruptFileException e) {
      throw new AssertionError(e);
    }
  }

  /** How many mutants had a fault that their readers found. */
  long faulty() {
    return faulty;
  }

  /** How many mutants were read to their ends. */
  long readable() {
    return readable;
  }

  /** Merges the mutant of a seed. */
  void check(long seed, boolean mapped, boolean live) {
    try {
      Files.write(mutantFile, mutant(seed).toArray());
      Merge merge = new Merge();
      merge.at(System.currentTimeMillis());
      if (seed % 8 != 0) {
        merge = kept; // from which all mutants before have gone
      }
      addMutant(merge, mapped, live);
      if (merge != kept) {
        merge.add(goodSource());
      }
      scrape(merge, seed % 2 == 0 ? TextFormat.PROMETHEUS : TextFormat.OPENMETRICS);
      merge.remove(merge.sources().stream().filter(source -> source != keptGood).toList());
    } catch (IOException | RuntimeException | Error e) {
      throw new AssertionError("seed=" + seed + " mapped=" + mapped + " live=" + live, e);
    }
  }

  /** Folds the mutant of a seed beside a dead process without a fault. */
  void checkFold(long seed) {
    try (TempDirectory directory = TempDirectory.create()) {
      TallyBytes mutant = mutant(seed);
      mutant.writeTo(directory.path().resolve("0123456789abcdef0123456789abcdef.tally"));
      TallyBytes.of(goodFile)
          .writeTo(directory.path().resolve("f123456789abcdef0123456789abcdef.tally"));
      Retirement.Report report = retirement(directory.path()).run();
      int looked = report.folded() + report.left() + (mutant.isResumable() ? 1 : 0);
      if (looked < 2 || report.folded() == 0) {
        throw new AssertionError(report.toString());
      }
      try (Scraper scraper = Scraper.open(directory.path())) {
        scraper.write(TextFormat.PROMETHEUS, new ByteArrayOutputStream());
        if (scraper.snapshots(name -> name.equals("good_plain")).size() != 1) {
          throw new AssertionError("good process is not in the fold");
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      throw new AssertionError("seed=" + seed + " folded", e);
    }
  }

  private void addMutant(Merge merge, boolean mapped, boolean live) throws IOException {
    try {
      Source source =
          new Source(
              mapped ? ProcessFileReader.open(mutantFile) : ProcessFileReader.openDead(mutantFile),
              live);
      merge.add(source);
      if (source.fault() == null) {
        readable++;
      } else {
        faulty++;
      }
    } catch (CorruptFileException e) {
      faulty++;
    }
  }

  private void scrape(Merge merge, TextFormat format) throws IOException {
    for (MergedFile source : merge.sources()) {
      merge.poll(source);
    }
    if (!merge.refresh(0, 0, family -> true).isEmpty()) {
      throw new AssertionError("a file that is as long as it says cannot be read");
    }
    List<MergedFamily> families = merge.families();
    merge.conflictingSeries();
    SnapshotWriter.snapshots(families, name -> true);
    text(families, format, name -> true);
    byte[] good = text(families, TextFormat.OPENMETRICS, name -> name.startsWith("good_"));
    if (!Arrays.equals(good, expected)) {
      throw new AssertionError(
          "good file's series have changed:\n"
              + new String(good, java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  private byte[] text(List<MergedFamily> families, TextFormat format, Predicate<String> names)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 14);
    texts.write(Exposition.of(format), families, names, out);
    return out.toByteArray();
  }

  /** The mutant of a seed. */
  TallyBytes mutant(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TallyBytes mutant = (random.nextInt(4) == 0 ? retired : process).copy();
    int mutations = 1 + random.nextInt(random.nextInt(1, 8));
    List<Block> blocks = mutant.blocks();
    List<Entry> records = mutant.records();
    for (int i = 0; i < mutations && mutant.length() > 0; i++) {
      mutant = mutate(mutant, blocks, records, random);
    }
    return mutant;
  }

  private TallyBytes mutate(
      TallyBytes bytes, List<Block> blocks, List<Entry> records, SplittableRandom random) {
    int length = bytes.length();
    int at = place(length, blocks, records, random);
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> bytes.put(at, bytes.buffer().get(at) ^ 1 << random.nextInt(8));
      case 3, 4 -> bytes.put(at, (int) interesting(random));
      case 5 -> {
        if (at <= length - 4) {
          bytes.putInt(at, (int) interesting(random));
        }
      }
      case 6 -> {
        if (at <= length - 8) {
          bytes.putLong(at, interesting(random));
        }
      }
      case 7 -> tamperWithALength(bytes, blocks, records, random);
      case 8 -> splice(bytes, at, random);
      default -> {
        return resize(bytes, blocks, random);
      }
    }
    return bytes;
  }

  /** A place to change: half of them in what describes the file, for cells are many. */
  private static int place(
      int length, List<Block> blocks, List<Entry> records, SplittableRandom random) {
    int place =
        switch (random.nextInt(6)) {
          case 0 -> random.nextInt(TallyBytes.HEADER_LENGTH);
          case 1 -> blocks.get(random.nextInt(blocks.size())).position() + random.nextInt(64);
          case 2, 3 -> {
            Entry record = records.get(random.nextInt(records.size()));
            yield record.position() + random.nextInt(record.length());
          }
          default -> random.nextInt(length);
        };
    return Math.min(place, length - 1);
  }

  private static long interesting(SplittableRandom random) {
    return random.nextInt(8) == 0
        ? random.nextLong()
        : INTERESTING[random.nextInt(INTERESTING.length)];
  }

  private static void tamperWithALength(
      TallyBytes bytes, List<Block> blocks, List<Entry> records, SplittableRandom random) {
    Block block = blocks.get(random.nextInt(blocks.size()));
    Entry record = records.get(random.nextInt(records.size()));
    long near = random.nextInt(-2, 3);
    int at =
        switch (random.nextInt(7)) {
          case 0 -> TallyBytes.PUBLISHED;
          case 1 -> block.position() + 8;
          case 2 -> block.position() + 16;
          case 3 -> block.position() + 20;
          case 4 -> block.position() + 24;
          case 5 -> record.position();
          default -> record.position() + 8;
        };
    if (at > bytes.length() - 8) {
      return;
    }
    if (random.nextBoolean()) {
      bytes.putInt(at, bytes.buffer().getInt(at) + (int) near * random.nextInt(1, 65));
    } else {
      bytes.putLong(at, interesting(random));
    }
  }

  private void splice(TallyBytes bytes, int at, SplittableRandom random) {
    byte[] from = (random.nextBoolean() ? process : retired).toArray();
    int start = random.nextInt(from.length);
    int count = Math.min(1 + random.nextInt(200), from.length - start);
    for (int i = 0; i < count && at + i < bytes.length(); i++) {
      bytes.put(at + i, from[start + i]);
    }
  }

  private static TallyBytes resize(TallyBytes bytes, List<Block> blocks, SplittableRandom random) {
    int length = bytes.length();
    switch (random.nextInt(3)) {
      case 0 -> {
        return bytes.cutTo(random.nextInt(length));
      }
      case 1 -> { // the same block once more, at the end
        Block block = blocks.get(random.nextInt(blocks.size()));
        if (block.position() + block.length() > length) {
          return bytes;
        }
        byte[] source = bytes.toArray();
        TallyBytes longer = bytes.cutTo(length + block.length());
        for (int i = 0; i < block.length(); i++) {
          longer.put(length + i, source[block.position() + i]);
        }
        return longer.putLong(TallyBytes.PUBLISHED, length + block.length());
      }
      default -> {
        int more = random.nextInt(1, 300);
        TallyBytes longer = bytes.cutTo(length + more);
        if (longer.length() >= TallyBytes.HEADER_LENGTH) {
          longer.putLong(TallyBytes.PUBLISHED, length + more);
        }
        return longer;
      }
    }
  }

  @Override
  public void close() throws IOException {
    kept.remove(List.of(keptGood));
    temp.close();
  }

  /** Checks the mutants of seeds: the first one, and how many. */
  public static void main(String[] args) throws IOException {
    long first = Long.parseLong(args[0]);
    long count = Long.parseLong(args[1]);
    try (MutatedFiles mutants = create()) {
      for (long seed = first; seed < first + count; seed++) {
        mutants.check(seed, seed % 4 == 0, seed % 3 == 0);
      }
      System.out.println("checked=" + count + " faulty=" + mutants.faulty());
    }
  }
}
