package io.tallystick.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.shm.IndexTable.Answer;
import io.tallystick.testing.Seed;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The table of an index in memory, without its file. */
@Timeout(60)
class IndexTableTest {
  private static final int FAMILIES = IndexLayout.LEAST_FAMILY_SLOTS;
  private static final int SERIES = IndexLayout.LEAST_SERIES_SLOTS;

  private final ByteBuffer words = table(1, 1, SERIES);
  private final IndexTable table = new IndexTable(words);

  @Test
  void shouldAdmitAsAModelDoesWhenSeriesAreRandom() {
    long seed = Seed.next();
    Random random = new Random(seed);
    Map<Long, Set<Long>> model = new HashMap<>();
    int total = 0;
    for (int i = 0; i < 20_000; i++) {
      long family = 1L + random.nextInt(30);
      long series = 1_000_003L * family + random.nextInt(200);
      Set<Long> known = model.computeIfAbsent(family, f -> new HashSet<>());
      boolean expected = known.contains(series) || (known.size() < 60 && total < 1_500);
      assertThat(table.admit(new IndexClaim(family, series, 60, 1_500)))
          .as(Seed.describe(seed))
          .isEqualTo(expected ? Answer.ADMITTED : Answer.REFUSED);
      total += expected && known.add(series) ? 1 : 0;
    }
    assertThat(total).isEqualTo(1_500);
    assertThat(table.usedSeries()).isEqualTo(1_500);
    assertThat(words.getLong(IndexLayout.SERIES_OFFSET)).isEqualTo(1_500);
    model.forEach((family, known) -> assertThat(countOf(words, family)).isEqualTo(known.size()));
    assertThat(table.fault()).isNull();
  }

  @Test
  void shouldFillBothLimitsToTheLastOneWhenThreadsAskForTheSameAndForOthers() throws Exception {
    Set<Long> admitted = ConcurrentHashMap.newKeySet();
    inThreads(
        8,
        thread -> {
          Random random = new Random(thread);
          for (int i = 0; i < 4_000; i++) {
            long series = 1L + random.nextInt(3_000);
            if (table.admit(new IndexClaim(1 + series % 2, series, 700, 1_300))
                == Answer.ADMITTED) {
              admitted.add(series);
            }
          }
        });
    assertThat(admitted).hasSize(1_300);
    assertThat(words.getLong(IndexLayout.SERIES_OFFSET)).isEqualTo(1_300);
    assertThat(table.fault()).isNull();
  }

  @Test
  void shouldLoseNothingAndCountNothingTwiceWhenItIsReplacedWhileThreadsAskIt() throws Exception {
    for (int round = 0; round < 30; round++) {
      List<ByteBuffer> tables = new ArrayList<>(List.of(table(1, 1, SERIES)));
      AtomicInteger current = new AtomicInteger();
      Set<Long> admitted = ConcurrentHashMap.newKeySet();
      CountDownLatch half = new CountDownLatch(800);
      for (int i = 1; i < 3; i++) {
        tables.add(table(i + 1, 1, 2 * SERIES));
      }
      Thread replacing =
          new Thread(
              () -> {
                for (int i = 1; i < 3; i++) {
                  awaitQuietly(half);
                  IndexTable old = new IndexTable(tables.get(i - 1));
                  old.seal();
                  old.copyTo(new IndexTable(tables.get(i)));
                  current.set(i);
                }
              });
      replacing.start();
      inThreads(
          6,
          thread -> {
            Random random = new Random(thread);
            for (int i = 0; i < 600; i++) {
              long series = 1L + random.nextInt(2_400);
              IndexClaim claim = new IndexClaim(7, series, 1_700, Long.MAX_VALUE);
              Answer answer;
              do {
                answer = new IndexTable(tables.get(current.get())).admit(claim);
              } while (answer == Answer.MOVED);
              if (answer == Answer.ADMITTED) {
                admitted.add(series);
              }
              half.countDown();
            }
          });
      replacing.join();
      ByteBuffer last = tables.get(2);
      assertThat(new IndexTable(last).usedSeries()).isEqualTo(admitted.size());
      assertThat(last.getLong(IndexLayout.SERIES_OFFSET)).isEqualTo(admitted.size());
      assertThat(countOf(last, 7)).isEqualTo(admitted.size());
      assertThat(new IndexTable(last).fault()).isNull();
    }
  }

  @Test
  void shouldKeepWhatWasCountedWhenTheNextTableIsACopy() {
    IndexClaim claim = new IndexClaim(7, 8, 10, 10);
    words.putLong(IndexLayout.SERIES_OFFSET, Long.MIN_VALUE); // as if it were being sealed
    assertThat(table.admit(claim)).isEqualTo(Answer.MOVED);
    ByteBuffer copy = table(2, 1, SERIES);
    table.seal();
    table.copyTo(new IndexTable(copy));
    assertThat(countOf(copy, 7)).isEqualTo(1);
    assertThat(new IndexTable(copy).admit(claim)).isEqualTo(Answer.ADMITTED);
    assertThat(countOf(copy, 7)).isEqualTo(1);
    assertThat(copy.getLong(IndexLayout.SERIES_OFFSET)).isEqualTo(1);
  }

  @Test
  void shouldForgetWhatWasCountedWhenTheNextTableIsNoCopy() {
    IndexClaim claim = new IndexClaim(7, 8, 10, 10);
    words.putLong(IndexLayout.SERIES_OFFSET, Long.MIN_VALUE); // as if it were being sealed
    assertThat(table.admit(claim)).isEqualTo(Answer.MOVED);
    ByteBuffer anew = table(2, 2, SERIES);
    assertThat(new IndexTable(anew).admit(claim)).isEqualTo(Answer.ADMITTED);
    assertThat(countOf(anew, 7)).isEqualTo(1);
    assertThat(anew.getLong(IndexLayout.SERIES_OFFSET)).isEqualTo(1);
  }

  @Test
  void shouldHaveNothingThatCanBeTakenOrRaisedWhenItIsSealed() {
    assertThat(table.admit(new IndexClaim(7, 8, 10, 10))).isEqualTo(Answer.ADMITTED);
    table.seal();
    for (int at = IndexLayout.HEADER_LENGTH; at < words.capacity(); at += Long.BYTES) {
      assertThat(words.getLong(at)).isNotZero();
    }
    words.putLong(IndexLayout.REPLACED_OFFSET, 0); // as who looked at it before
    assertThat(table.admit(new IndexClaim(7, 9, 10, 10))).isEqualTo(Answer.MOVED);
    assertThat(table.admit(new IndexClaim(10, 11, 10, 10))).isEqualTo(Answer.MOVED);
    assertThat(table.admit(new IndexClaim(7, 8, 10, 10))).isEqualTo(Answer.ADMITTED);
  }

  @Test
  void shouldEndWhenEverySlotIsTaken() {
    for (int at = IndexLayout.HEADER_LENGTH; at < words.capacity(); at += Long.BYTES) {
      words.putLong(at, 5);
    }
    assertThat(table.admit(new IndexClaim(7, 8, 10, 10))).isEqualTo(Answer.NO_ROOM);
    assertThat(table.fault()).isNotNull();
  }

  @Test
  void shouldSayWhatIsWrongWhenASeriesIsNotCounted() {
    assertThat(table.admit(new IndexClaim(7, 8, 10, 10))).isEqualTo(Answer.ADMITTED);
    assertThat(table.fault()).isNull();
    words.putLong(IndexLayout.SERIES_OFFSET, 0);
    assertThat(table.fault()).contains("series are not as many as are counted");
  }

  /** What a table of a file says of a family. */
  private static long countOf(ByteBuffer words, long family) {
    for (int slot = 0; slot < FAMILIES; slot++) {
      int at = IndexLayout.HEADER_LENGTH + slot * IndexLayout.FAMILY_LENGTH;
      if (words.getLong(at) == family) {
        return words.getLong(at + IndexLayout.FAMILY_COUNT_OFFSET);
      }
    }
    return 0;
  }

  private static ByteBuffer table(long id, long lineage, int seriesSlots) {
    ByteBuffer words =
        ByteBuffer.allocateDirect((int) IndexLayout.length(FAMILIES, seriesSlots))
            .order(ByteOrder.LITTLE_ENDIAN);
    words.putLong(IndexLayout.MAGIC_OFFSET, IndexLayout.MAGIC);
    words.putShort(IndexLayout.MAJOR_OFFSET, IndexLayout.MAJOR);
    words.putLong(IndexLayout.FAMILY_SLOTS_OFFSET, FAMILIES);
    words.putLong(IndexLayout.SERIES_SLOTS_OFFSET, seriesSlots);
    words.putLong(IndexLayout.ID_OFFSET, id);
    words.putLong(IndexLayout.LINEAGE_OFFSET, lineage);
    return words;
  }

  private static void inThreads(int count, IntConsumer work) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      Thread thread = new Thread(() -> work.accept(number));
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
