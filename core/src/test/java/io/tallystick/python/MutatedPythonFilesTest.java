package io.tallystick.python;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.testing.DbBytes;
import io.tallystick.testing.Rounds;
import io.tallystick.testing.TempDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Files with anything in them: nothing but a {@link CorruptFileException}, no byte outside, and
 * what stands before a fault is read. What a mutant is follows from its seed alone.
 */
class MutatedPythonFilesTest {
  private static final int MUTANTS = Rounds.of(100_000);
  private static final int UNMAP_EVERY = 10_000;
  private static final int THREADS = 2;
  private static final int[] INTERESTING = {
    0,
    1,
    3,
    4,
    7,
    8,
    12,
    16,
    20,
    23,
    24,
    25,
    31,
    32,
    64,
    4095,
    4096,
    65535,
    65536,
    65537,
    1 << 20,
    Integer.MAX_VALUE,
    Integer.MAX_VALUE - 4,
    Integer.MAX_VALUE - 8,
    Integer.MAX_VALUE - 16,
    -1,
    -4,
    -8,
    -16,
    Integer.MIN_VALUE,
    0x22225B22,
    0x5B000000,
    0x20202020,
    0xC0C0C0C0
  };
  private static final byte[] MARKS = "[]{}\",:\\u0 le+InfNa_sumbckt\0\u0080".getBytes(UTF_8);

  private final List<Original> originals = new ArrayList<>();
  private final AtomicInteger faulty = new AtomicInteger();
  private final AtomicInteger skipping = new AtomicInteger();
  private final AtomicInteger whole = new AtomicInteger();

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void shouldKeepWhatStandsBeforeAndThrowNothingElseWhenBytesAreAnything() throws Exception {
    for (PythonLayout layout : PythonLayout.values()) {
      originals.add(new Original("counter_1.db", counters(layout)));
      originals.add(new Original("gauge_mostrecent_1.db", gauges(layout)));
      originals.add(new Original("summary_1.db", summaries(layout)));
      originals.add(new Original("histogram_1.db", histograms(layout)));
    }
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> ends = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int first = i;
        ends.add(threads.submit(() -> checkAll(first)));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    } finally {
      threads.shutdownNow();
    }
    // or the mutants are not what they are for
    assertThat(faulty.get()).isGreaterThan(MUTANTS / 4);
    assertThat(skipping.get()).isGreaterThan(MUTANTS / 50);
    assertThat(whole.get()).isGreaterThan(MUTANTS / 20);
  }

  private Void checkAll(int first) throws IOException {
    try (TempDirectory directory = TempDirectory.create()) {
      for (long seed = first; seed < MUTANTS; seed += THREADS) {
        check(seed, directory.path());
        if (seed % UNMAP_EVERY == first) {
          System.gc(); // unmaps what was read: a process can have some 65,000 maps only
        }
      }
    }
    return null;
  }

  private void check(long seed, Path directory) {
    try {
      SplittableRandom random = new SplittableRandom(seed);
      Original original = originals.get(random.nextInt(originals.size()));
      Mutant mutant = mutant(original, random);
      Path file = directory.resolve(original.name());
      Files.write(file, mutant.bytes());
      try {
        Readings readings = Readings.of(file);
        readings.values();
        List<Integer> entries = original.bytes().entries();
        if (original.name().startsWith("counter")) {
          requirePrefix(readings, entries, mutant.firstChange());
        }
        if (random.nextInt(4) == 0) { // what it was before, and nothing of it is taken in twice
          Files.write(file, original.bytes().toArray());
          readings.poll().values();
        }
        count(readings);
      } catch (CorruptFileException e) {
        faulty.incrementAndGet();
      } finally {
        Files.delete(file); // not truncated: it is mapped
      }
    } catch (IOException | RuntimeException | Error e) {
      throw new AssertionError("seed=" + seed, e);
    }
  }

  private void count(Readings readings) {
    if (readings.fault() != null) {
      faulty.incrementAndGet();
    } else if (readings.file().skipped() != null) {
      skipping.incrementAndGet();
    } else {
      whole.incrementAndGet();
    }
  }

  /** Two entries are enough to know the layout; those before the first change must be there. */
  private static void requirePrefix(Readings readings, List<Integer> entries, int firstChange) {
    int intact = 0;
    while (intact + 1 < entries.size() && entries.get(intact + 1) <= firstChange) {
      intact++;
    }
    for (int i = 0; i < intact && intact >= 2 && firstChange > 8; i++) {
      assertThat(readings.values()).containsEntry("requests{n=" + i + ",path=/é\n}", i + 0.5);
    }
  }

  private Mutant mutant(Original original, SplittableRandom random) {
    byte[] bytes = original.bytes().toArray();
    int first = Integer.MAX_VALUE;
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = place(original.bytes(), bytes.length, random);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = MARKS[random.nextInt(MARKS.length)];
        case 2 -> bytes[at] = (byte) random.nextInt();
        case 3 -> putInt(bytes, at, INTERESTING[random.nextInt(INTERESTING.length)]);
        case 4 -> putInt(bytes, at, random.nextInt(-8, bytes.length + 64));
        default -> {
          byte[] other = originals.get(random.nextInt(originals.size())).bytes().toArray();
          int from = random.nextInt(other.length);
          int count =
              Math.min(random.nextInt(1, 100), Math.min(other.length - from, bytes.length - at));
          System.arraycopy(other, from, bytes, at, count);
        }
      }
      first = Math.min(first, at);
    }
    if (random.nextInt(8) == 0) {
      int length = random.nextInt(bytes.length + 100);
      bytes = Arrays.copyOf(bytes, length);
      first = Math.min(first, length);
    }
    return new Mutant(bytes, first);
  }

  /** A place to change: often a length or the start of a key. */
  private static int place(DbBytes original, int length, SplittableRandom random) {
    List<Integer> entries = original.entries();
    int at =
        switch (random.nextInt(5)) {
          case 0 -> random.nextInt(12);
          case 1 -> entries.get(random.nextInt(entries.size()));
          case 2 -> entries.get(random.nextInt(entries.size())) + random.nextInt(40);
          default -> random.nextInt(length);
        };
    return Math.min(at, length - 1);
  }

  private static void putInt(byte[] bytes, int at, int value) {
    if (at <= bytes.length - Integer.BYTES) {
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    }
  }

  private static DbBytes counters(PythonLayout layout) {
    DbBytes bytes = DbBytes.of(layout);
    for (int i = 0; i < 8; i++) {
      bytes.entry(
          "['requests', 'requests_total', {'path': '/é\\n', 'n': '" + i + "'}, 'Help.']", i + 0.5);
    }
    return bytes;
  }

  private static DbBytes gauges(PythonLayout layout) {
    return DbBytes.of(layout)
        .entry("['up', 'up', {}, '']", 1, 1.7e9)
        .entry("['rooms', 'rooms', {'a': '\\ud83d\\ude00', 'b': ''}, '\\\\']", Double.NaN, 1.7e9)
        .entry("['rooms', 'rooms', {'pid': '12', 'b': ''}, '\\\\']", -1, 0);
  }

  private static DbBytes summaries(PythonLayout layout) {
    DbBytes bytes = DbBytes.of(layout);
    for (int i = 0; i < 4; i++) {
      bytes.entry("['size', 'size_count', {'k': '" + i + "'}, '']", i);
      bytes.entry("['size', 'size_sum', {'k': '" + i + "'}, '']", 2.5 * i);
    }
    return bytes;
  }

  private static DbBytes histograms(PythonLayout layout) {
    DbBytes bytes = DbBytes.of(layout);
    for (int i = 0; i < 3; i++) {
      bytes.entry("['time', 'time_sum', {'k': '" + i + "'}, '']", i);
      for (String le : new String[] {"0.5", "1.0", "1e+06", "+Inf"}) {
        bytes.entry("['time', 'time_bucket', {'k': '" + i + "', 'le': '" + le + "'}, '']", i);
      }
    }
    return bytes;
  }

  private record Original(String name, DbBytes bytes) {}

  private record Mutant(@SuppressWarnings("ArrayRecordComponent") byte[] bytes, int firstChange) {}
}
