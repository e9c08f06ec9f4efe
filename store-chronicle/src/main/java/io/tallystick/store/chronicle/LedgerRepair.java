package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A ledger of which rows may be lost. In a call.
 *
 * <p>A source that lives and has lost series takes no changes until it has published all of them:
 * they are not answered with ACCEPTED. What the base or a baseline has lost is lost, which is
 * logged; so is a source whose own row is lost: it is unknown from here on, as one that was retired
 * long ago. A ledger whose head is lost has a new id.
 */
final class LedgerRepair {
  private static final System.Logger LOG = System.getLogger("io.tallystick");

  private final MapFile map;
  private final LedgerRows rows;
  private final Map<String, LedgerOwner> sources = new HashMap<>();
  private final TreeMap<Long, String> live = new TreeMap<>();
  private final TreeMap<Long, String> retired = new TreeMap<>();
  private final Map<Long, TreeMap<Long, byte[]>> series = new HashMap<>();

  LedgerRepair(MapFile map) {
    this.map = map;
    this.rows = new LedgerRows(map, new LabelIndexes());
  }

  void run() {
    map.forEach(this::read);
    LedgerOwner base = rows.base();
    sources.values().forEach(this::number);
    number(base);
    if (repairFamilies("base", base)) {
      rows.putBase(base);
    }
    sources.forEach(
        (name, source) -> {
          if (repairFamilies(name, source)) {
            source.version++; // whatever changes follow, they do not follow this
            rows.putSource(name, source);
          }
        });
    series.forEach(this::removeAll); // nobody's
    repairLive();
    repairRetired();
    if (!rows.isNew() || !sources.isEmpty() || !base.families.isEmpty()) {
      rows.putHead();
    }
  }

  private void read(byte[] key, byte[] value) {
    ByteBuffer rest = ByteBuffer.wrap(key, 1, key.length - 1);
    switch (key[0]) {
      case LedgerRows.SOURCE ->
          sources.put(
              new String(Arrays.copyOfRange(key, 1, key.length), UTF_8), LedgerOwner.of(value));
      case LedgerRows.LIVE -> live.put(rest.getLong(), new String(value, UTF_8));
      case LedgerRows.RETIRED -> retired.put(rest.getLong(), new String(value, UTF_8));
      case LedgerRows.SERIES ->
          series.computeIfAbsent(rest.getLong(), n -> new TreeMap<>()).put(rest.getLong(), value);
      default -> {} // the head, the base
    }
  }

  /** Sees that no number is given twice. */
  private void number(LedgerOwner owner) {
    for (LedgerOwner.Family family : owner.families) {
      long highest = Math.max(family.number, family.labelsStamp);
      rows.head().latest = Math.max(rows.head().latest, highest);
    }
  }

  /** Puts the series that are there side by side; false where none was lost. */
  private boolean repairFamilies(String name, LedgerOwner owner) {
    boolean changed = false;
    for (LedgerOwner.Family family : owner.families) {
      TreeMap<Long, byte[]> found = series.remove(family.number);
      found = found == null ? new TreeMap<>() : found;
      if (found.size() == family.size && (found.isEmpty() || found.lastKey() == family.size - 1)) {
        continue;
      }
      warn(
          "series are lost: source={0} family={1} lost={2}",
          name, family.description.name(), family.size - found.size());
      removeAll(family.number, found);
      family.size = 0;
      for (byte[] bytes : found.values()) {
        map.put(RowKey.of(LedgerRows.SERIES, family.number, family.size++), bytes);
      }
      family.labelsStamp = rows.head().nextNumber();
      changed = true;
    }
    return changed;
  }

  private void removeAll(long family, Map<Long, byte[]> lost) {
    lost.keySet().forEach(index -> map.remove(RowKey.of(LedgerRows.SERIES, family, index)));
  }

  private void repairLive() {
    List<String> names = names(false, Comparator.comparingLong(source -> source.place));
    if (List.copyOf(live.values()).equals(names) && rows.head().live == names.size()) {
      return;
    }
    warn("list of sources was put anew: sources={0} listed={1}", names.size(), live.size());
    live.keySet().forEach(place -> map.remove(RowKey.of(LedgerRows.LIVE, place)));
    rows.head().live = names.size();
    for (int place = 0; place < names.size(); place++) {
      LedgerOwner source = rows.require(names.get(place));
      source.place = place;
      rows.putSource(names.get(place), source);
      map.put(RowKey.of(LedgerRows.LIVE, (long) place), names.get(place).getBytes(UTF_8));
    }
  }

  private void repairRetired() {
    List<String> names = names(true, Comparator.comparingLong(source -> source.retiredMs));
    LedgerHead head = rows.head();
    boolean isWhole =
        names.size() == retired.size()
            && retired.values().containsAll(names)
            && head.nextRetired - head.firstRetired == names.size()
            && (names.isEmpty() || retired.firstKey() == head.firstRetired);
    if (isWhole) {
      return;
    }
    warn(
        "list of retired sources was put anew: sources={0} listed={1}",
        names.size(), retired.size());
    retired.keySet().forEach(place -> map.remove(RowKey.of(LedgerRows.RETIRED, place)));
    head.firstRetired = 0;
    head.nextRetired = 0;
    for (String name : names) {
      map.put(RowKey.of(LedgerRows.RETIRED, head.nextRetired++), name.getBytes(UTF_8));
    }
  }

  private List<String> names(boolean areRetired, Comparator<LedgerOwner> order) {
    List<String> names = new ArrayList<>();
    sources.forEach(
        (name, source) -> {
          if (source.isRetired == areRetired) {
            names.add(name);
          }
        });
    names.sort(Comparator.comparing(sources::get, order));
    return names;
  }

  private static void warn(String format, Object... values) {
    LOG.log(System.Logger.Level.WARNING, format, values);
  }
}
