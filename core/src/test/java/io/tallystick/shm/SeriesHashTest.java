package io.tallystick.shm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What stands for a series in the index. */
class SeriesHashTest {
  @Test
  void shouldBeWhatTheFormatSaysWhenThereAreLabels() {
    // the bytes "x" FF "a" FF "1" by the two published algorithms
    assertThat(of(family("x", List.of("a"), List.of(), List.of()), "1"))
        .isEqualTo(0x29c4682e4317c4d2L);
  }

  @Test
  void shouldBeTheSameWhenLabelsAreDeclaredInAnotherOrderOrAsConstants() {
    long hash = of(family("x", List.of("a", "b"), List.of(), List.of()), "1", "2");
    assertThat(of(family("x", List.of("b", "a"), List.of(), List.of()), "2", "1")).isEqualTo(hash);
    assertThat(of(family("x", List.of("b"), List.of("a"), List.of("1")), "2")).isEqualTo(hash);
    assertThat(of(family("x", List.of("a", "b"), List.of(), List.of()), "2", "1"))
        .isNotEqualTo(hash);
    assertThat(of(family("y", List.of("a", "b"), List.of(), List.of()), "1", "2"))
        .isNotEqualTo(hash);
  }

  @Test
  void shouldBeTheSameWhenTheSeriesIsReadFromAFile() {
    SeriesHash hash = new SeriesHash(family("x", List.of("b", "a"), List.of("c"), List.of("3")));
    SeriesRecord record = SeriesRecord.of(0, 0, List.of("\u00e9", "\ud83d\ude00"));
    assertThat(hash.of(record, new byte[100]))
        .isEqualTo(
            hash.of(new byte[][] {"\u00e9".getBytes(UTF_8), "\ud83d\ude00".getBytes(UTF_8)}));
  }

  @Test
  void shouldDifferWhenTextsAreCutElsewhere() {
    SeriesHash hash = new SeriesHash(family("x", List.of("a", "b"), List.of(), List.of()));
    Set<Long> hashes = new HashSet<>();
    hashes.add(of(hash, "12", ""));
    hashes.add(of(hash, "1", "2"));
    hashes.add(of(hash, "", "12"));
    assertThat(hashes).hasSize(3);
  }

  @Test
  void shouldBeNoneWhenItIsTheOverflowSeries() {
    SeriesHash hash = new SeriesHash(family("x", List.of("a", "b"), List.of("c"), List.of("3")));
    String overflow = SeriesLimits.OVERFLOW;
    assertThat(of(hash, overflow, overflow)).isEqualTo(SeriesHash.NONE);
    assertThat(of(hash, overflow, "2")).isNotEqualTo(SeriesHash.NONE);
    assertThat(hash.of(SeriesRecord.of(0, 0, List.of(overflow, overflow)), new byte[100]))
        .isEqualTo(SeriesHash.NONE);
    SeriesHash bare = new SeriesHash(family("x", List.of(), List.of("c"), List.of("3")));
    assertThat(of(bare)).isNotEqualTo(SeriesHash.NONE);
  }

  @Test
  void shouldSpreadWhenNamesAreAlike() {
    SeriesHash hash = new SeriesHash(family("x", List.of("a"), List.of(), List.of()));
    int slots = 1 << 12;
    Set<Long> used = new HashSet<>();
    for (int i = 0; i < slots; i++) {
      used.add(of(hash, "" + i) & (slots - 1));
    }
    // of as many as there are, all but a part of 1/e are expected to be hit
    assertThat(used.size()).isBetween((int) (0.60 * slots), (int) (0.67 * slots));
  }

  private static long of(FamilyDescriptor family, String... values) {
    return of(new SeriesHash(family), values);
  }

  private static long of(SeriesHash hash, String... values) {
    return hash.of(
        Arrays.stream(values).map(value -> value.getBytes(UTF_8)).toArray(byte[][]::new));
  }

  private static FamilyDescriptor family(
      String name, List<String> labels, List<String> constants, List<String> constantValues) {
    return new FamilyDescriptor(
        FamilyType.COUNTER,
        GaugeMode.ALL,
        name,
        name,
        name,
        null,
        null,
        labels,
        constants,
        constantValues,
        new double[0],
        List.of(),
        new double[0],
        0);
  }
}
