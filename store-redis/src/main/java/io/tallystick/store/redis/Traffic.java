package io.tallystick.store.redis;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What a store has sent and got since it was opened, and how often that failed. Threading: any. */
final class Traffic {
  private final LongAdder roundTrips = new LongAdder();
  private final LongAdder sentBytes = new LongAdder();
  private final LongAdder receivedBytes = new LongAdder();
  private final Map<Category, LongAdder> failures = new EnumMap<>(Category.class);

  Traffic() {
    for (Category category : Category.values()) {
      failures.put(category, new LongAdder());
    }
  }

  /** Notes that requests were sent, however many, and their replies awaited. */
  void countRoundTrip() {
    roundTrips.increment();
  }

  void countSent(long bytes) {
    sentBytes.add(bytes);
  }

  /** Notes replies, and the errors among them. */
  void countReplies(List<@Nullable Object> replies) {
    long bytes = 0;
    for (Object reply : replies) {
      bytes += bytes(reply);
      if (reply instanceof StoreException e) {
        countFailure(e);
      }
    }
    receivedBytes.add(bytes);
  }

  private static long bytes(@Nullable Object reply) {
    if (reply instanceof byte[] text) {
      return text.length;
    }
    long bytes = 0;
    if (reply instanceof List<?> list) {
      for (Object each : list) {
        bytes += bytes(each);
      }
    }
    return bytes;
  }

  void countFailure(StoreException failure) {
    failures(failure.category()).increment();
  }

  private LongAdder failures(Category category) {
    LongAdder adder = failures.get(category);
    if (adder == null) {
      throw new AssertionError("each category has one: category=" + category);
    }
    return adder;
  }

  long roundTrips() {
    return roundTrips.sum();
  }

  /** Bytes of keys and arguments. */
  long sentBytes() {
    return sentBytes.sum();
  }

  /** Bytes of texts in replies. */
  long receivedBytes() {
    return receivedBytes.sum();
  }

  long failed(Category category) {
    return failures(category).sum();
  }
}
