package io.tallystick.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.Rounds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Files with anything in them: a scrape neither fails nor loses what good files say. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MutatedFilesTest {
  private static final int WORKERS = 2;
  private static final int MUTANTS = Rounds.of(96_000);
  private static final int MAPPED_MUTANTS = Rounds.of(4_000);
  private static final int FOLDED_MUTANTS = Rounds.of(1_000);

  @Test
  void shouldKeepTheGoodFilesValuesWhenADeadFileIsMutated() throws Exception {
    Counts counts = checkAll(0, MUTANTS, false);

    assertThat(counts.faulty.get()).isGreaterThan(MUTANTS / 4);
    assertThat(counts.readable.get()).isGreaterThan(MUTANTS / 10);
  }

  @Test
  void shouldKeepTheGoodFilesValuesWhenAMappedFileIsMutated() throws Exception {
    Counts counts = checkAll(MUTANTS, MAPPED_MUTANTS, true);

    assertThat(counts.faulty.get()).isGreaterThan(MAPPED_MUTANTS / 4);
    assertThat(counts.readable.get()).isGreaterThan(MAPPED_MUTANTS / 10);
  }

  @Test
  void shouldFoldTheGoodFileWhenAnotherDeadOneIsMutated() throws IOException {
    try (MutatedFiles mutants = MutatedFiles.create()) {
      for (long seed = 0; seed < FOLDED_MUTANTS; seed++) {
        mutants.checkFold(seed);
      }
    }
  }

  private static Counts checkAll(long firstSeed, int count, boolean mapped) throws Exception {
    Counts counts = new Counts();
    ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    try {
      List<Future<?>> parts = new ArrayList<>();
      for (int worker = 0; worker < WORKERS; worker++) {
        long first = firstSeed + worker;
        parts.add(
            workers.submit(
                () -> {
                  check(first, firstSeed + count, mapped, counts);
                  return null;
                }));
      }
      for (Future<?> part : parts) {
        part.get(); // a failure names its seed
      }
    } finally {
      workers.shutdownNow();
    }
    return counts;
  }

  private static void check(long first, long end, boolean mapped, Counts counts)
      throws IOException {
    try (MutatedFiles mutants = MutatedFiles.create()) {
      for (long seed = first; seed < end; seed += WORKERS) {
        mutants.check(seed, mapped, seed % 3 == 0);
      }
      counts.faulty.addAndGet(mutants.faulty());
      counts.readable.addAndGet(mutants.readable());
    }
  }

  private static final class Counts {
    final AtomicLong faulty = new AtomicLong();
    final AtomicLong readable = new AtomicLong();
  }
}
