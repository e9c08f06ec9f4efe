package io.tallystick.health;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongSupplier;

/** The checks that are registered. Threading: any; one thread at a time runs them. */
final class Checks {
  private static final Duration LONGEST_LIMIT = Duration.ofDays(1);

  private final CallThreads threads;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Map<String, RegisteredCheck> registered = new ConcurrentSkipListMap<>();

  Checks(CallThreads threads, InstantSource clock, LongSupplier nanoTime) {
    this.threads = threads;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  void register(String name, HealthCheck check) {
    Names.require(name);
    Duration limit = check.timeLimit();
    if (limit.compareTo(Duration.ofMillis(1)) < 0 || limit.compareTo(LONGEST_LIMIT) > 0) {
      throw new IllegalArgumentException(
          "bad time limit: check=" + name + " timeLimit=" + limit + " expected=from 1ms to a day");
    }
    if (registered.putIfAbsent(name, new RegisteredCheck(name, check, limit)) != null) {
      throw new IllegalArgumentException("check is registered already: check=" + name);
    }
  }

  boolean unregister(String name) {
    return registered.remove(name) != null;
  }

  /**
   * Calls all at once; returns when all are done or timed out. Those with the shortest limit are
   * awaited first, so that none is left running because of another one's limit.
   */
  SortedMap<String, CheckReport> run() {
    List<RegisteredCheck> present =
        registered.values().stream().sorted(Comparator.comparing(RegisteredCheck::limit)).toList();
    present.forEach(check -> check.start(threads, nanoTime));
    SortedMap<String, CheckReport> reports = new TreeMap<>();
    for (RegisteredCheck check : present) {
      reports.put(check.name(), check.await(threads, clock));
    }
    return Collections.unmodifiableSortedMap(reports);
  }
}
