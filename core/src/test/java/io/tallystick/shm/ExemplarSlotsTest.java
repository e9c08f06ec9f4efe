package io.tallystick.shm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.shm.ExemplarSlots.RawExemplar;
import io.tallystick.shm.StoppingColumn.Stopped;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExemplarSlotsTest {
  private static final int FIRST_CELL = 2;
  private static final int CELLS = FIRST_CELL + ExemplarSlots.SLOT_CELLS;
  private static final int WHOLE_ONES = 2_000;
  private static final int STORES = 8; // sequence, time, value, length, three of text, sequence

  private static final Put OLD = new Put(1_000, 1.5, "trace_id\0old, a longer one\0", true);
  private static final Put NEW = new Put(2_000, 2.5, "trace_id\0new\0span\0b\0", false);
  private static final Put LAST = new Put(3_000, 3.5, "trace_id\0last\0", false);

  @Test
  void shouldShowNoExemplarWhenItsWriterStoppedBeforeTheLastStore() throws CorruptFileException {
    for (int stores = 0; stores < STORES; stores++) {
      StoppingColumn column = new StoppingColumn(CELLS, stores);
      put(column, NEW);

      assertThat(read(column)).as("after %s stores", stores).isNull();
    }
  }

  @Test
  void shouldShowTheOldExemplarOrNoneWhenTheWriterOfTheNextStopped() throws CorruptFileException {
    for (int stores = 0; stores < STORES; stores++) {
      StoppingColumn column = columnWithOld(stores);
      put(column, NEW);

      if (stores == 0) {
        assertShows(read(column), OLD);
      } else {
        assertThat(read(column)).as("after %s stores", stores).isNull();
      }
    }
  }

  @Test
  void shouldShowNoTornExemplarWhenAnotherIsPutOnOneThatIsHalfDone() throws CorruptFileException {
    for (int stores = 1; stores < STORES; stores++) {
      for (int more = 0; more <= STORES; more++) {
        StoppingColumn column = columnWithOld(stores);
        put(column, NEW);
        column.stopAfter(more);
        put(column, LAST);

        assertThat(read(column)).as("after %s and %s stores", stores, more).isNull();
      }
    }
  }

  @Test
  void shouldShowTheLastExemplarWhenTheOneBeforeIsWhole() throws CorruptFileException {
    StoppingColumn column = columnWithOld(Long.MAX_VALUE);

    put(column, LAST);

    assertShows(read(column), LAST);
  }

  @Test
  void shouldShowNoTornExemplarWhenOthersArePutWhileItIsRead() throws Exception {
    ByteBuffer memory = ByteBuffer.allocateDirect(CELLS * Long.BYTES);
    LongBuffer cells = memory.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    Column column = Columns.of(null, 0, memory);
    AtomicBoolean stop = new AtomicBoolean();
    Thread writer =
        new Thread(
            () -> {
              while (!stop.get()) {
                OLD.to(column);
                NEW.to(column);
              }
            });
    writer.start();
    try {
      long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      int changes = 0;
      double last = 0;
      while (changes < WHOLE_ONES && System.nanoTime() < deadlineNs) {
        RawExemplar read = ExemplarSlots.read(cells, FIRST_CELL, 0);
        if (read != null) {
          assertShows(read, read.value() == OLD.value ? OLD : NEW);
          changes += read.value() == last ? 0 : 1;
          last = read.value();
        }
      }
      assertThat(changes).isEqualTo(WHOLE_ONES);
    } finally {
      stop.set(true);
      writer.join();
    }
  }

  private static StoppingColumn columnWithOld(long stores) {
    StoppingColumn column = new StoppingColumn(CELLS, Long.MAX_VALUE);
    OLD.to(column);
    column.stopAfter(stores);
    return column;
  }

  private static void put(StoppingColumn column, Put put) {
    try {
      put.to(column);
    } catch (Stopped e) {
      // as it was told
    }
  }

  private static @Nullable RawExemplar read(StoppingColumn column) throws CorruptFileException {
    return ExemplarSlots.read(column.words(), FIRST_CELL, 0);
  }

  private static void assertShows(@Nullable RawExemplar read, Put put) {
    assertThat(read).isNotNull();
    assertThat(read.timeMs()).isEqualTo(put.timeMs);
    assertThat(read.value()).isEqualTo(put.value);
    assertThat(new String(read.text(), UTF_8)).isEqualTo(put.text);
  }

  private record Put(long timeMs, double value, String text, boolean custom) {
    void to(Column column) {
      new ExemplarSlots(column, FIRST_CELL, 1).put(0, timeMs, value, text.getBytes(UTF_8), custom);
    }
  }
}
