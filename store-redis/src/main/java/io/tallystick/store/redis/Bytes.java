package io.tallystick.store.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What Redis is sent and answers, as bytes and from them. */
final class Bytes {
  private Bytes() {}

  static byte[] of(String text) {
    return text.getBytes(UTF_8);
  }

  static byte[] of(long number) {
    return Long.toString(number).getBytes(US_ASCII);
  }

  static String text(@Nullable Object reply) {
    return new String(bytes(reply), UTF_8);
  }

  static byte[] bytes(@Nullable Object reply) {
    if (reply instanceof byte[] bytes) {
      return bytes;
    }
    throw unexpected(reply);
  }

  /** A number: an integer, or a text such as the score of a sorted set. */
  static long number(@Nullable Object reply) {
    if (reply instanceof Long number) {
      return number;
    }
    String text = text(reply);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      try {
        return (long) Double.parseDouble(text); // what is no long any more is never
      } catch (NumberFormatException again) {
        throw unexpected(reply);
      }
    }
  }

  @SuppressWarnings("unchecked")
  static List<@Nullable Object> list(@Nullable Object reply) {
    if (reply instanceof List<?> list) {
      return (List<@Nullable Object>) list;
    }
    throw unexpected(reply);
  }

  static boolean isTrue(@Nullable Object reply) {
    return number(reply) != 0;
  }

  private static StoreException unexpected(@Nullable Object reply) {
    return new StoreException(
        Category.CORRUPT,
        "Redis has something else than was put there: type="
            + (reply == null ? "none" : reply.getClass().getSimpleName()));
  }
}
