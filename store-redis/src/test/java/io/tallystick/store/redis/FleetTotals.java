package io.tallystick.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.SeriesValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the totals of a fleet have to be: the base, and what its hosts have counted. */
final class FleetTotals {
  private final long[][] base = new long[FleetHost.FAMILIES][FleetHost.SERIES];
  private final double[] latest = new double[FleetHost.FAMILIES]; // that was shown
  private final Set<Integer> inDoubt = new HashSet<>(); // families whose base may have lost
  private final Map<String, long[][]> savedSources = new HashMap<>();
  private long[][] savedBase = new long[FleetHost.FAMILIES][FleetHost.SERIES];
  private int names;

  String newName() {
    return "s" + names++;
  }

  int names() {
    return names;
  }

  void addToBase(int family, int series, long value) {
    base[family][series] += value;
  }

  /** Redis has lost something; totals may be less until all is published again. */
  void forgetLatest() {
    Arrays.fill(latest, 0);
  }

  /** Redis has lost something of a family's base, and nobody knows how much. */
  void doubt(int family) {
    inDoubt.add(family);
    forgetLatest();
  }

  /** Redis has lost everything. */
  void loseAll() {
    for (long[] each : base) {
      Arrays.fill(each, 0);
    }
    inDoubt.clear();
    forgetLatest();
  }

  /** Redis has put what it has on disk. */
  void save(Collection<FleetHost> hosts) {
    savedSources.clear();
    hosts.forEach(host -> savedSources.put(host.source(), values(host)));
    savedBase = Arrays.stream(base).map(long[]::clone).toArray(long[][]::new);
  }

  private static long[][] values(FleetHost host) {
    long[][] values = new long[FleetHost.FAMILIES][FleetHost.SERIES];
    for (int i = 0; i < FleetHost.FAMILIES; i++) {
      for (int j = 0; j < FleetHost.SERIES; j++) {
        values[i][j] = host.value(i, j);
      }
    }
    return values;
  }

  /** Redis has what it had then: sources that have gone since are there again. */
  void goBack(Collection<FleetHost> hosts) {
    for (int i = 0; i < FleetHost.FAMILIES; i++) {
      base[i] = savedBase[i].clone();
    }
    Map<String, long[][]> gone = new HashMap<>(savedSources);
    hosts.forEach(host -> gone.remove(host.source()));
    for (long[][] values : gone.values()) {
      for (int i = 0; i < FleetHost.FAMILIES; i++) {
        for (int j = 0; j < FleetHost.SERIES; j++) {
          base[i][j] += values[i][j];
        }
      }
    }
    inDoubt.clear();
    forgetLatest();
  }

  /** No total is less than was shown before, or more than was counted. */
  void assertNotLess(List<FamilyValues> shown, Collection<FleetHost> hosts, String when) {
    for (int i = 0; i < FleetHost.FAMILIES; i++) {
      double now = 0;
      double most = 0;
      for (int j = 0; j < FleetHost.SERIES; j++) {
        now += total(shown, i, j);
        most += expected(hosts, i, j);
      }
      assertThat(now).as(when + ", family " + i).isBetween(latest[i], most);
      latest[i] = now;
    }
  }

  private double expected(Collection<FleetHost> hosts, int family, int series) {
    return base[family][series]
        + hosts.stream().mapToLong(host -> host.value(family, series)).sum();
  }

  private static double total(List<FamilyValues> families, int family, int series) {
    return families.stream()
        .filter(each -> each.name().equals("m" + family))
        .flatMap(each -> each.series().stream())
        .filter(each -> each.labels().getValue(0).equals("/" + series))
        .mapToDouble(SeriesValues::total)
        .sum();
  }

  /** Each host has all that it counted, and so has the fleet. */
  void assertWhole(LedgerParts parts, Collection<FleetHost> hosts, String when) {
    for (FleetHost host : hosts) {
      List<FamilyValues> own = new ArrayList<>();
      parts.parts().stream()
          .filter(part -> host.source().equals(part.source()))
          .forEach(part -> own.addAll(part.families()));
      for (int i = 0; i < FleetHost.FAMILIES; i++) {
        for (int j = 0; j < FleetHost.SERIES; j++) {
          assertThat(total(own, i, j))
              .as(when + ", " + host.source() + ", family " + i + ", series " + j)
              .isEqualTo((double) host.value(i, j));
        }
      }
    }
    List<FamilyValues> shown = parts.merge(parts.timeMs()).toShow();
    for (int i = 0; i < FleetHost.FAMILIES; i++) {
      for (int j = 0; j < FleetHost.SERIES; j++) {
        double less = expected(hosts, i, j) - total(shown, i, j);
        String where = when + ", family " + i + ", series " + j;
        if (inDoubt.contains(i)) {
          assertThat(less).as(where).isBetween(0.0, (double) base[i][j]);
          base[i][j] -= (long) less;
        } else {
          assertThat(less).as(where).isZero();
        }
      }
    }
    inDoubt.clear();
    assertNotLess(shown, hosts, when);
  }
}
