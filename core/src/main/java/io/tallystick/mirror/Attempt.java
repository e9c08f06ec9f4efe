package io.tallystick.mirror;

import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One call that collects a registry: the filter of names that the registry asks, which so knows
 * what is being collected.
 *
 * <p>Threading: one thread collects, another one may give it up.
 */
final class Attempt implements Predicate<String> {
  private static final String[] SUFFIXES = {"_total", "_info"};

  private final Predicate<String> includedNames;
  private final Set<String> excluded;
  private final AtomicBoolean isOver = new AtomicBoolean();
  private volatile @Nullable String collecting;
  private volatile @Nullable String givenUpAt;

  Attempt(Predicate<String> includedNames, Set<String> excluded) {
    this.includedNames = includedNames;
    this.excluded = excluded;
  }

  @Override
  public boolean test(String name) {
    collecting = null;
    if (isExcluded(name) || !includedNames.test(name)) {
      return false;
    }
    collecting = name;
    return true;
  }

  /** Whether a name was left out because it failed before. */
  boolean isExcluded(String name) {
    if (excluded.isEmpty()) {
      return false;
    }
    if (excluded.contains(name)) {
      return true;
    }
    for (String suffix : SUFFIXES) { // a metric is asked for by the name that formats show, too
      if (name.endsWith(suffix)
          && excluded.contains(name.substring(0, name.length() - suffix.length()))) {
        return true;
      }
    }
    return false;
  }

  /** The name that was asked for last, or null where its metric is not collected. */
  @Nullable String collecting() {
    return collecting;
  }

  /** Ends it, unless it was given up. */
  boolean tryEnd() {
    return isOver.compareAndSet(false, true);
  }

  /** Gives it up, unless it has ended; the thread that collects then has this name only. */
  boolean tryGiveUp(String name) {
    givenUpAt = name;
    return tryEnd();
  }

  /** The name that hung when it was given up. */
  @Nullable String givenUpAt() {
    return givenUpAt;
  }
}
