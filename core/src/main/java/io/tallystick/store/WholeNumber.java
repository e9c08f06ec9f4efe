package io.tallystick.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tallystick.store.StoreException.Category;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The whole numbers of {@link KeyValues#increment} as all stores keep them: decimal text. */
public final class WholeNumber {
  private static final Pattern TEXT = Pattern.compile("-?[0-9]{1,19}");

  private WholeNumber() {}

  /**
   * Adds to a stored number, which is 0 where there is none.
   *
   * @throws StoreException PERMANENT where the value is no such number or the sum no long
   */
  public static long sum(byte @Nullable [] present, long amount) {
    long number = present == null ? 0 : of(present);
    try {
      return Math.addExact(number, amount);
    } catch (ArithmeticException e) {
      throw new StoreException(
          Category.PERMANENT, "sum is no long: value=" + number + " amount=" + amount, e);
    }
  }

  private static long of(byte[] value) {
    String text = new String(value, ISO_8859_1);
    if (TEXT.matcher(text).matches()) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        // one that is too large
      }
    }
    throw new StoreException(Category.PERMANENT, "value is no whole number: bytes=" + value.length);
  }

  /** A number as it is stored. */
  public static byte[] toBytes(long number) {
    return Long.toString(number).getBytes(US_ASCII);
  }
}
