package io.tallystick.health;

import java.time.InstantSource;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Parts of an application that say themselves, or are said by others, to work or not.
 *
 * <p>Threading: any. There are at most {@value #MOST}, since names may come from outside.
 */
public final class Components {
  /** The most components. */
  public static final int MOST = 1_000;

  private final InstantSource clock;
  private final ConcurrentSkipListMap<String, ComponentHealth> reported =
      new ConcurrentSkipListMap<>();

  Components(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether a component can have this name: 1 to 200 characters, not blank, none for control. */
  public static boolean isName(String name) {
    return Names.isName(name);
  }

  /**
   * Takes in what a component is from now on.
   *
   * @return false where it is a new one, and there are too many
   * @throws IllegalArgumentException where it is {@linkplain #isName no name}
   */
  public boolean report(String name, HealthResult result) {
    Names.require(name);
    ComponentHealth health =
        new ComponentHealth(result.status(), result.message(), clock.instant());
    synchronized (reported) {
      if (reported.size() >= MOST && !reported.containsKey(name)) {
        return false;
      }
      reported.put(name, health);
      return true;
    }
  }

  /** Forgets a component. */
  public void forget(String name) {
    synchronized (reported) {
      reported.remove(name);
    }
  }

  /** What was reported last. */
  public Optional<ComponentHealth> find(String name) {
    return Optional.ofNullable(reported.get(name));
  }

  /** These with what checks found: of one name, the worse counts. */
  SortedMap<String, ComponentHealth> with(Map<String, CheckReport> checks) {
    SortedMap<String, ComponentHealth> all;
    synchronized (reported) { // a sorted map is copied by its size, which must not change
      all = new TreeMap<>(reported);
    }
    checks.forEach(
        (name, report) ->
            all.merge(
                name,
                new ComponentHealth(report.status(), report.message(), report.checkedAt()),
                ComponentHealth::worse));
    return Collections.unmodifiableSortedMap(all);
  }
}
