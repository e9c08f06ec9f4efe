package io.tallystick.scrape;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.Seed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ByteSinkTest {
  private static final int CAPACITY = 64 << 10;
  private static final int LINES = 10_000;
  private static final int RANDOM_LINES = 2_000_000;

  private final ByteSink sink = new ByteSink();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void shouldWriteDoublesAsTheJdkWhenTheyAreRandomBits() throws IOException {
    long seed = Seed.next();
    Random random = new Random(seed);
    assertRandomDoubles(seed, () -> Double.longBitsToDouble(random.nextLong()));
  }

  @Test
  void shouldWriteDoublesAsTheJdkWhenTheyAreRandomWholeNumbers() throws IOException {
    long seed = Seed.next();
    Random random = new Random(seed);
    assertRandomDoubles(seed, () -> random.nextLong() >> (10 + random.nextInt(54)));
  }

  @Test
  void shouldWriteDoublesAsTheJdkWhenTheyAreRandomFractions() throws IOException {
    long seed = Seed.next();
    Random random = new Random(seed);
    assertRandomDoubles(seed, () -> (random.nextInt() >> random.nextInt(32)) / 8.0);
  }

  @Test
  void shouldWriteDoublesAsTheJdkWhenTheyEndInZeros() throws IOException {
    long seed = Seed.next();
    Random random = new Random(seed);
    assertRandomDoubles(
        seed, () -> (random.nextInt() >> random.nextInt(32)) * Math.pow(10, random.nextInt(8)));
  }

  @Test
  void shouldWriteDoublesAsTheJdkWhenTheyAreSpecial() throws IOException {
    assertDoubles(
        "special",
        0,
        -0.0,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        -Double.MIN_VALUE,
        Double.MIN_NORMAL,
        Double.MAX_VALUE,
        -Double.MAX_VALUE,
        0.1,
        1e-3,
        Math.nextDown(1e-3),
        (double) Long.MAX_VALUE,
        Long.MIN_VALUE);
  }

  @Test
  void shouldWriteDoublesAsTheJdkWhenTheyLieAtPowersOfTen() throws IOException {
    assertDoubles(
        "powers of ten", around(DoubleStream.iterate(1, d -> d * 10).limit(23).toArray(), 20));
  }

  @Test
  void shouldWriteDoublesAsTheJdkWhenTheyLieAtPowersOfTwo() throws IOException {
    assertDoubles(
        "powers of two", around(DoubleStream.iterate(1, d -> d * 2).limit(70).toArray(), 20));
  }

  @Test
  void shouldWriteAllDoublesAsTheJdkWhenTheyLieAtTheEndOfExactWholeNumbers() throws IOException {
    double[] values =
        LongStream.rangeClosed((1L << 53) - 5_000, (1L << 53) + 5_000)
            .mapToDouble(l -> (double) l)
            .toArray();
    assertDoubles("2^53", values);
  }

  @Test
  void shouldWriteLongsAsTheJdkWhenTheyAreRandom() throws IOException {
    long seed = Seed.next();
    Random random = new Random(seed);
    for (int i = 0; i < RANDOM_LINES / LINES; i++) {
      assertLongs(seed, random.longs(LINES).map(l -> l >> random.nextInt(64)).toArray());
    }
  }

  @Test
  void shouldWriteLongsAsTheJdkWhenTheyLieAtPowers() throws IOException {
    LongStream tens = LongStream.iterate(1, l -> l * 10).limit(19);
    LongStream twos = LongStream.iterate(1, l -> l * 2).limit(64);
    long[] values =
        LongStream.concat(tens, twos)
            .flatMap(power -> LongStream.rangeClosed(power - 3, power + 3))
            .flatMap(value -> LongStream.of(value, -value))
            .toArray();
    assertLongs(0, values);
  }

  @Test
  void shouldWriteAllWhenTheBufferEndsWithinANumber() throws IOException {
    for (int padding = CAPACITY - 40; padding <= CAPACITY; padding++) {
      byte[] text = new byte[padding];
      Arrays.fill(text, (byte) 'x');
      String prefix = new String(text, US_ASCII);
      start();
      sink.put(text);
      sink.putDouble(-Double.MAX_VALUE);
      assertWritten(prefix + -Double.MAX_VALUE);
      start();
      sink.put(text);
      sink.putDouble(-9_007_199_254_740_991.0);
      assertWritten(prefix + "-9.007199254740991E15");
      start();
      sink.put(text);
      sink.putLong(Long.MIN_VALUE);
      assertWritten(prefix + Long.MIN_VALUE);
      start();
      sink.put(text);
      sink.put('y');
      sink.put(new byte[] {'a', 'b'});
      assertWritten(prefix + "yab");
    }
  }

  @Test
  void shouldWriteInOrderWhenATextIsLongerThanTheBuffer() throws IOException {
    byte[] text = new byte[CAPACITY + 1];
    Arrays.fill(text, (byte) 'x');
    start();
    sink.put('a');
    sink.put(text);
    sink.put('b');
    assertWritten("a" + new String(text, US_ASCII) + "b");
  }

  @Test
  void shouldWriteNothingOfTheLastStreamWhenItIsStartedAgain() throws IOException {
    sink.start(out);
    sink.put('a');
    sink.end();
    start();
    sink.put('b');
    assertWritten("b");
  }

  private static double[] around(double[] centres, int steps) {
    return Arrays.stream(centres)
        .flatMap(
            centre ->
                DoubleStream.concat(
                    DoubleStream.iterate(centre, Math::nextUp).limit(steps),
                    DoubleStream.concat(
                        DoubleStream.iterate(centre, Math::nextDown).limit(steps),
                        DoubleStream.iterate(centre - steps, d -> d + 1).limit(2L * steps))))
        .flatMap(d -> DoubleStream.of(d, -d))
        .toArray();
  }

  private void assertRandomDoubles(long seed, DoubleSupplier values) throws IOException {
    for (int i = 0; i < RANDOM_LINES / LINES; i++) {
      assertDoubles(Seed.describe(seed), DoubleStream.generate(values).limit(LINES).toArray());
    }
  }

  private void assertDoubles(String what, double... values) throws IOException {
    StringBuilder expected = new StringBuilder();
    start();
    for (double value : values) {
      sink.putDouble(value);
      sink.put('\n');
      expected.append(prometheus(value)).append('\n');
    }
    sink.flush();
    if (!out.toString(US_ASCII).contentEquals(expected)) {
      assertThat(out.toString(US_ASCII).split("\n", -1))
          .as(what)
          .isEqualTo(expected.toString().split("\n", -1));
    }
  }

  private void assertLongs(long seed, long[] values) throws IOException {
    StringBuilder expected = new StringBuilder();
    start();
    for (long value : values) {
      sink.putLong(value);
      sink.put('\n');
      expected.append(value).append('\n');
    }
    sink.flush();
    assertThat(out.toString(US_ASCII)).as(Seed.describe(seed)).isEqualTo(expected.toString());
  }

  private static String prometheus(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return Double.toString(value);
  }

  private void start() {
    out.reset();
    sink.start(out);
  }

  private void assertWritten(String expected) throws IOException {
    sink.flush();
    if (!out.toString(US_ASCII).equals(expected)) { // the texts are long
      assertThat(out.toString(US_ASCII)).isEqualTo(expected);
    }
  }
}
