package io.tallystick.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonFloatTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0.0",
    "-0.0, -0.0",
    "1, 1.0",
    "-3, -3.0",
    "0.1, 0.1",
    "0.0001, 0.0001",
    "0.00001, 1e-05",
    "0.000123456, 0.000123456",
    "1.5e-7, 1.5e-07",
    "123456.789, 123456.789",
    "1e15, 1000000000000000.0",
    "9007199254740993, 9007199254740992.0",
    "9999999999999998, 9999999999999998.0",
    "1e16, 1e+16",
    "1.2345678901234567e16, 1.2345678901234568e+16",
    "1e22, 1e+22",
    "1e23, 1e+23",
    "2e23, 2e+23",
    "1e100, 1e+100",
    "1.7976931348623157e308, 1.7976931348623157e+308",
    "2.2250738585072014e-308, 2.2250738585072014e-308",
    "2.225073858507201e-308, 2.225073858507201e-308",
    "4.9e-324, 5e-324",
    "1e-323, 1e-323",
    "0.30000000000000004, 0.30000000000000004",
    "4503599627370495.5, 4503599627370495.5",
    "-765429766774989.75, -765429766774989.8",
    "765429766774989.25, 765429766774989.2",
    "9.5367431640625e-7, 9.5367431640625e-07",
    "NaN, nan",
    "Infinity, inf",
    "-Infinity, -inf",
  })
  void shouldWriteWhatReprWritesWhenGivenANumber(double value, String repr) {
    assertThat(PythonFloat.repr(value)).isEqualTo(repr);
  }

  @ParameterizedTest
  @CsvSource({
    "0.005, 0.005",
    "1, 1.0",
    "10, 10.0",
    "100000, 100000.0",
    "999999, 999999.0",
    "1000000, 1e+06",
    "1048576, 1.048576e+06",
    "1000000.5, 1.0000005e+06",
    "1e10, 1e+10",
    "123456789012345, 1.23456789012345e+14",
    "1e16, 1e+16",
    "-1000000, -1000000.0",
    "Infinity, +Inf",
    "-Infinity, -Inf",
    "NaN, NaN",
  })
  void shouldWriteBoundsAsGoDoesWhenTheyAreLarge(double bound, String le) {
    assertThat(PythonFloat.le(bound)).isEqualTo(le);
  }

  @Test
  void shouldReadAsTheSameNumberAndBeTheShortestWhenBitsAreAnything() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 20_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      String repr = PythonFloat.repr(value);
      assertThat(Double.doubleToLongBits(PythonFloat.parse(repr)))
          .as(repr)
          .isEqualTo(Double.doubleToLongBits(value));
      assertThat(repr.length()).isLessThanOrEqualTo(24);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1e+06, 1000000",
    "1e+010, 10000000000",
    "1e+10, 10000000000",
    "+1.5E-3, 0.0015",
    ".5, 0.5",
    "5., 5",
    "+Inf, Infinity",
    "inf, Infinity",
    "-inf, -Infinity",
    "-Inf, -Infinity",
    "Infinity, Infinity",
    "nan, NaN",
    "NaN, NaN",
    "1e999, Infinity",
  })
  void shouldReadEverySpellingWhenItIsANumber(String text, Double value) {
    assertThat(PythonFloat.parse(text)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " 1", "1 ", "1d", "1f", "0x1p3", "1_0", "e5", ".", "--1", "infin", "١"})
  void shouldRefuseWhenItIsNoNumber(String text) {
    assertThatThrownBy(() -> PythonFloat.parse(text)).isInstanceOf(NumberFormatException.class);
  }
}
