package io.tallystick.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.shm.CellLayout;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.QuantileReader;
import io.tallystick.shm.QuantileShape;
import io.tallystick.shm.RankSketch;
import io.tallystick.shm.WatchedColumn;
import io.tallystick.testing.TurnedClock;
import java.nio.LongBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A column's sketches, read again and again while a thread writes them as fast as it can. */
@Timeout(120)
class TornSketchTest {
  private static final int PART = CellLayout.QUANTILE_PART;
  private static final int READS = 100_000;
  private static final int READERS = 2 + 2 * Runtime.getRuntime().availableProcessors();
  private static final QuantileShape SHAPE =
      QuantileShape.of(3_600_000, 3, new double[] {0.5}, new double[] {0.2});

  private final ProcessFile file =
      ProcessFile.inHeap(
          new ProcessFile.Settings(
              0, 64, Long.MAX_VALUE, null, TurnedClock.at(Instant.parse("2024-02-29T12:00:00Z"))));

  private final WatchedColumn column = WatchedColumn.of(SHAPE);
  private final QuantileWriter writer = new QuantileWriter(SHAPE, file.clock());

  /** So many readers that each is put aside now and then, in the midst of what it reads. */
  @Test
  void shouldReadEachObservationOnceWhenTheWriterIsNotWaitedFor() throws Exception {
    AtomicBoolean stopped = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(READERS + 1);
    try {
      Future<?> observer = threads.submit(() -> observe(stopped));
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        readers.add(threads.submit(this::read));
      }
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).isGreaterThan(READS);
      }
      stopped.set(true);
      observer.get();
    } finally {
      stopped.set(true);
      threads.shutdown();
    }
  }

  private void observe(AtomicBoolean stopped) {
    for (long i = 1; !stopped.get(); i++) {
      writer.add(column, PART, (double) i);
    }
  }

  /** Of 1, 2, 3, ... the greatest is how many there are, unless one is missing or there twice. */
  private long read() {
    LongBuffer words = column.words();
    QuantileReader reader = new QuantileReader();
    RankSketch sketch = new RankSketch();
    long before = 0;
    for (int i = 0; i < READS || before <= READS; i++) {
      reader.read(words, PART, SHAPE, 0);
      sketch.clear();
      for (int piece = 0; piece < reader.pieces(); piece++) {
        reader.addTo(sketch, piece);
      }
      sketch.sort();
      if (sketch.size() > 0) { // else nothing is there yet, or the writer was always faster
        assertThat(sketch.value(0)).isEqualTo(1);
        assertThat(sketch.value(sketch.size() - 1)).isEqualTo((double) sketch.count());
        assertThat(sketch.count()).isGreaterThanOrEqualTo(before);
        before = sketch.count();
      }
    }
    return before;
  }
}
