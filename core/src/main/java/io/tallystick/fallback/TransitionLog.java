package io.tallystick.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.KeyValues;
import io.tallystick.store.StoreException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Changes of the mode in a store: {@code fallback:transition:<timestamp>}, for a day, as JSON with
 * {@code timestamp}, {@code from}, {@code to} and {@code reason}. While the store is away it keeps
 * the last hundred. Threading: any.
 */
final class TransitionLog {
  private static final String PREFIX = "fallback:transition:";
  private static final Duration KEPT = Duration.ofDays(1);

  private static final int MOST_UNSTORED = 100;

  private final KeyValues keyValues;
  private final ReentrantLock storing = new ReentrantLock();
  private final Deque<ModeTransition> unstored = new ArrayDeque<>(); // guarded by itself

  TransitionLog(KeyValues keyValues) {
    this.keyValues = keyValues;
  }

  /** Takes a change, to be stored later. */
  void keep(ModeTransition transition) {
    synchronized (unstored) {
      if (unstored.size() == MOST_UNSTORED) {
        unstored.removeFirst();
      }
      unstored.addLast(transition);
    }
  }

  /**
   * Stores what was taken.
   *
   * @throws StoreException where the store cannot be written
   */
  void store() {
    storing.lock();
    try {
      while (true) {
        ModeTransition first;
        synchronized (unstored) {
          first = unstored.peekFirst();
        }
        if (first == null) {
          return;
        }
        add(first);
        synchronized (unstored) {
          unstored.removeFirstOccurrence(first);
        }
      }
    } finally {
      storing.unlock();
    }
  }

  /** Stores a change; where there is one of its time, a nanosecond later. */
  private void add(ModeTransition transition) {
    Instant time = transition.time();
    while (!keyValues.putIfAbsent(PREFIX + time, toJson(time, transition).getBytes(UTF_8), KEPT)) {
      time = time.plusNanos(1);
    }
  }

  private static String toJson(Instant time, ModeTransition transition) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("timestamp", time.toString());
    members.put("from", transition.from().name());
    members.put("to", transition.to().name());
    members.put("reason", transition.reason());
    return JsonObject.of(members);
  }

  /**
   * The last changes, of all who store here, the newest last. What is none is left out.
   *
   * @throws StoreException where the store cannot be read
   */
  List<ModeTransition> last(int limit) {
    List<String> keys = new ArrayList<>();
    keyValues.forEachKey(PREFIX, keys::add);
    List<ModeTransition> found = new ArrayList<>();
    for (String key : keys) {
      keyValues
          .get(key)
          .flatMap(json -> JsonObject.parse(new String(json, UTF_8)))
          .flatMap(TransitionLog::of)
          .ifPresent(found::add);
    }
    found.sort((a, b) -> a.time().compareTo(b.time()));
    return ModeSwitch.last(found, limit);
  }

  private static Optional<ModeTransition> of(Map<String, Object> members) {
    try {
      return Optional.of(
          new ModeTransition(
              Instant.parse(text(members, "timestamp")),
              FallbackMode.valueOf(text(members, "from").toUpperCase(Locale.ROOT)),
              FallbackMode.valueOf(text(members, "to").toUpperCase(Locale.ROOT)),
              text(members, "reason")));
    } catch (IllegalArgumentException | DateTimeException e) {
      return Optional.empty();
    }
  }

  private static String text(Map<String, Object> members, String name) {
    Object value = members.get(name);
    return value == null ? "" : value.toString();
  }
}
