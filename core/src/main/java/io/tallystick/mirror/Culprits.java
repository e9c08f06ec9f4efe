package io.tallystick.mirror;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The metrics of a registry that cannot be collected with the others. Threading: any. */
final class Culprits {
  private final Set<String> hanging = new HashSet<>();
  private final Set<String> failing = new LinkedHashSet<>(); // the one that failed last is the last

  synchronized Set<String> all() {
    if (failing.isEmpty() && hanging.isEmpty()) {
      return Set.of();
    }
    Set<String> all = new HashSet<>(hanging);
    all.addAll(failing);
    return all;
  }

  /** Those that threw, the longest ago first. */
  synchronized List<String> someFailing(int most) {
    return failing.stream().limit(most).toList();
  }

  synchronized void setFailing(String name) {
    failing.remove(name); // to the end of the queue
    failing.add(name);
  }

  /** Notes that a metric did not throw when it was collected. */
  synchronized void forgive(@Nullable String name) {
    failing.remove(name);
  }

  /**
   * Notes that a call hangs; false where another one does already. It may be at the next name of
   * the same collector, which would take one thread for each of its names.
   */
  synchronized boolean setHanging(String name) {
    return hanging.isEmpty() && hanging.add(name);
  }

  /** Notes that a call has returned after all. */
  synchronized void returned(String name) {
    hanging.remove(name);
  }
}
