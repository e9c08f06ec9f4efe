package io.tallystick.python;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Floats as Python writes and reads them.
 *
 * <p>{@link Double#toString(double)} is no help: before JDK 19 it does not always give the shortest
 * text that reads as the same number, which is what Python's {@code repr} does.
 */
final class PythonFloat {
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?");

  private static final int DIGITS_THAT_TELL_ALL_APART = 17;
  private static final int DIGITS_THAT_SURVIVE = 15; // of a normal number
  private static final double PLAIN_BELOW = 1e16;
  private static final int PLAIN_FROM_EXPONENT = -4;

  private PythonFloat() {}

  /** The shortest text that reads as this number; {@code inf}, {@code -inf}, {@code nan}. */
  static String repr(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
    double magnitude = Math.abs(value);
    long whole = (long) magnitude;
    if (whole == magnitude && magnitude < PLAIN_BELOW) {
      return sign + whole + ".0";
    }
    BigDecimal shortest = shortest(magnitude).stripTrailingZeros();
    String digits = shortest.unscaledValue().toString();
    int exponent = digits.length() - 1 - shortest.scale();
    if (exponent >= PLAIN_FROM_EXPONENT && magnitude < PLAIN_BELOW) {
      return sign + shortest.toPlainString();
    }
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return sign + mantissa + exponentText(exponent);
  }

  /** A bucket's bound as the label {@code le} has it. */
  static String le(double bound) {
    if (Double.isNaN(bound)) {
      return "NaN";
    }
    if (Double.isInfinite(bound)) {
      return bound > 0 ? "+Inf" : "-Inf";
    }
    String text = repr(bound);
    int point = text.indexOf('.');
    if (bound > 0 && point > 6) { // Go, whose form this is, has exponents from there on
      String digits = text.substring(0, point) + text.substring(point + 1);
      int end = digits.length();
      while (end > 1 && digits.charAt(end - 1) == '0') {
        end--;
      }
      String mantissa =
          end == 1 ? digits.substring(0, 1) : digits.charAt(0) + "." + digits.substring(1, end);
      return mantissa + exponentText(point - 1);
    }
    return text;
  }

  /**
   * Reads a decimal number or what Python, Go and JSON call the others.
   *
   * @throws NumberFormatException where it is none
   */
  static double parse(String text) {
    if (DECIMAL.matcher(text).matches()) {
      return Double.parseDouble(text);
    }
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
      case "nan", "+nan", "-nan" -> Double.NaN;
      default -> throw new NumberFormatException("not a number");
    };
  }

  /** Of the decimals with the fewest digits that read as this number, the nearest one. */
  private static BigDecimal shortest(double magnitude) {
    BigDecimal exact = new BigDecimal(magnitude);
    // a decimal of so few digits reads as one number only, so it is that number's rounding
    int digits = magnitude < Double.MIN_NORMAL ? 1 : DIGITS_THAT_SURVIVE;
    for (; digits < DIGITS_THAT_TELL_ALL_APART; digits++) {
      BigDecimal below = exact.round(new MathContext(digits, RoundingMode.DOWN));
      BigDecimal above = exact.round(new MathContext(digits, RoundingMode.UP));
      boolean belowReads = below.doubleValue() == magnitude;
      boolean aboveReads = above.doubleValue() == magnitude;
      if (belowReads && aboveReads) {
        break; // the nearer one, and of two that are as near the even one
      }
      if (belowReads || aboveReads) {
        return belowReads ? below : above;
      }
    }
    return exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
  }

  private static String exponentText(int exponent) {
    int magnitude = Math.abs(exponent);
    return (exponent < 0 ? "e-" : "e+") + (magnitude < 10 ? "0" : "") + magnitude;
  }
}
