package io.tallystick.store.redis;

import static io.tallystick.store.redis.Counters.LEASE;
import static io.tallystick.store.redis.Counters.counter;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.Ledger.Result;
import io.tallystick.store.Publication;
import io.tallystick.store.SeriesValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a replicator of a host does, with families of counters: it counts, publishes what has
 * changed, all of it after anything but success, and goes on under another name when it was cut
 * off.
 */
final class FleetHost implements AutoCloseable {
  static final int FAMILIES = 3;
  static final int SERIES = 4;

  private final FleetTotals totals;
  private final RedisStore store;
  private final Random random;
  private final long[][] counted = new long[FAMILIES][SERIES]; // under all names
  private final long[][] baseline = new long[FAMILIES][SERIES]; // of it, under earlier names
  private final Map<Integer, TreeSet<Integer>> changed = new TreeMap<>(); // series by family
  private String source;
  private long version;
  private long accepted; // what changes can follow; 0 where all are to be published

  FleetHost(FleetTotals totals, RedisStore store, Random random) {
    this.totals = totals;
    this.store = store;
    this.random = random;
    this.source = totals.newName();
  }

  String source() {
    return source;
  }

  RedisStore store() {
    return store;
  }

  long value(int family, int series) {
    return counted[family][series] - baseline[family][series];
  }

  void count() {
    for (int i = random.nextInt(4); i > 0; i--) {
      int family = random.nextInt(FAMILIES);
      int series = random.nextInt(SERIES);
      counted[family][series] += random.nextInt(100);
      changed.computeIfAbsent(family, f -> new TreeSet<>()).add(series);
    }
  }

  private FamilyValues family(int family, Iterable<Integer> series) {
    List<SeriesValues> values = new ArrayList<>();
    series.forEach(each -> values.add(Counters.count("/" + each, value(family, each))));
    return counter("m" + family, values.toArray(SeriesValues[]::new));
  }

  private Publication publication() {
    List<FamilyValues> families = new ArrayList<>();
    long since = accepted;
    accepted = 0;
    version++;
    if (since > 0) {
      changed.forEach((family, series) -> families.add(family(family, series)));
      return Publication.ofChanges(source, version, since, families, LEASE);
    }
    TreeSet<Integer> all = new TreeSet<>();
    for (int i = 0; i < SERIES; i++) {
      all.add(i);
    }
    for (int i = 0; i < FAMILIES; i++) {
      families.add(family(i, all));
    }
    return Publication.ofAll(source, version, families, LEASE);
  }

  /** Publishes once; whether that was accepted. */
  boolean publish() {
    Ledger ledger = store.ledger();
    Publication publication = publication();
    Result result = ledger.publish(publication);
    if (result == Result.ACCEPTED) {
      boolean isAnswerLost = random.nextInt(20) == 0;
      if (isAnswerLost) {
        Result unused = ledger.publish(publication);
      }
      accepted = isAnswerLost ? 0 : version;
      changed.clear();
      return true;
    }
    if (result == Result.RETIRED) {
      Optional<List<FamilyValues>> before = ledger.baseline(source);
      before.ifPresent(this::goOn);
    }
    return false;
  }

  private void goOn(List<FamilyValues> before) {
    for (FamilyValues family : before) {
      int number = Integer.parseInt(family.name().substring(1));
      for (SeriesValues each : family.series()) {
        int series = Integer.parseInt(each.labels().getValue(0).substring(1));
        long value = (long) each.total();
        baseline[number][series] += value;
        totals.addToBase(number, series, value);
      }
    }
    source = totals.newName();
  }

  /** All that it counted is in the base; the host has ended. */
  void fold() {
    for (int i = 0; i < FAMILIES; i++) {
      for (int j = 0; j < SERIES; j++) {
        totals.addToBase(i, j, value(i, j));
      }
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
