package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.store.FamilyBytes;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the ledger in its map, in a call.
 *
 * <p>A row is under a letter, and: H: the {@link LedgerHead}. B: the base. S, a source's name: that
 * source (see {@link LedgerOwner}). O, a place: the name of a source that lives. R, a place: the
 * name of a retired one, in the order of their retirement. V, a family's number, an index: a
 * series.
 */
final class LedgerRows {
  private static final byte[] HEAD = {'H'};
  private static final byte[] BASE = {'B'};
  static final byte SOURCE = 'S';
  static final byte LIVE = 'O';
  static final byte RETIRED = 'R';
  static final byte SERIES = 'V';

  private final MapFile map;
  private final LabelIndexes indexes;
  private final LedgerHead head;
  private final boolean isNew;

  LedgerRows(MapFile map, LabelIndexes indexes) {
    this.map = map;
    this.indexes = indexes;
    byte[] bytes = map.get(HEAD);
    this.isNew = bytes == null;
    this.head = bytes == null ? new LedgerHead(UUID.randomUUID().toString()) : LedgerHead.of(bytes);
  }

  LedgerHead head() {
    return head;
  }

  boolean isNew() {
    return isNew;
  }

  /** Writes the head, as the last of what a call does. */
  void putHead() {
    map.put(HEAD, head.toBytes());
  }

  // ---- sources and the base ----

  LedgerOwner base() {
    byte[] bytes = map.get(BASE);
    return bytes == null ? new LedgerOwner() : LedgerOwner.of(bytes);
  }

  void putBase(LedgerOwner base) {
    map.put(BASE, base.toBytes());
  }

  @Nullable LedgerOwner source(String name) {
    byte[] bytes = map.get(RowKey.of(SOURCE, name.getBytes(UTF_8)));
    return bytes == null ? null : LedgerOwner.of(bytes);
  }

  void putSource(String name, LedgerOwner source) {
    map.put(RowKey.of(SOURCE, name.getBytes(UTF_8)), source.toBytes());
  }

  /** A source that lives from here on. */
  LedgerOwner addLive(String name) {
    LedgerOwner source = new LedgerOwner();
    source.place = head.live++;
    map.put(RowKey.of(LIVE, source.place), name.getBytes(UTF_8));
    return source;
  }

  /** Takes a source from those that live; the last one gets its place. */
  void removeLive(LedgerOwner source) {
    long last = --head.live;
    if (source.place != last) {
      String moved = name(LIVE, last);
      LedgerOwner other = require(moved);
      other.place = source.place;
      putSource(moved, other);
      map.put(RowKey.of(LIVE, source.place), moved.getBytes(UTF_8));
    }
    map.remove(RowKey.of(LIVE, last));
  }

  /** Writes down that a source is retired, behind all that are. */
  void bury(String name, LedgerOwner source, long retiredMs, boolean withBaseline) {
    source.isRetired = true;
    source.retiredMs = retiredMs;
    source.hasBaseline = withBaseline;
    if (!withBaseline) {
      removeFamilies(source);
    }
    map.put(RowKey.of(RETIRED, head.nextRetired++), name.getBytes(UTF_8));
    putSource(name, source);
  }

  /** Forgets those that were retired at that time or before, up to the first that was not. */
  void forgetRetired(long untilMs) {
    while (head.firstRetired < head.nextRetired) {
      String name = name(RETIRED, head.firstRetired);
      LedgerOwner source = require(name);
      if (source.retiredMs > untilMs) {
        return;
      }
      removeFamilies(source);
      map.remove(RowKey.of(SOURCE, name.getBytes(UTF_8)));
      map.remove(RowKey.of(RETIRED, head.firstRetired++));
    }
  }

  List<String> live() {
    return names(LIVE, 0, head.live);
  }

  List<String> retired() {
    return names(RETIRED, head.firstRetired, head.nextRetired);
  }

  private List<String> names(byte letter, long from, long to) {
    List<String> names = new ArrayList<>();
    for (long place = from; place < to; place++) {
      names.add(name(letter, place));
    }
    return names;
  }

  private String name(byte letter, long place) {
    byte[] bytes = map.get(RowKey.of(letter, place));
    if (bytes == null) {
      throw missing("name of a source");
    }
    return new String(bytes, UTF_8);
  }

  LedgerOwner require(String name) {
    LedgerOwner source = source(name);
    if (source == null) {
      throw missing("source");
    }
    return source;
  }

  private static StoreException missing(String what) {
    return new StoreException(Category.CORRUPT, "row is missing: what=" + what);
  }

  // ---- families ----

  /** Puts these families in the place of all that a source has. */
  void replaceFamilies(LedgerOwner owner, List<FamilyValues> families) {
    List<LedgerOwner.Family> kept = new ArrayList<>();
    for (FamilyValues values : families) {
      LedgerOwner.Family present = owner.family(values.identity());
      LedgerOwner.Family family =
          present == null ? new LedgerOwner.Family(head.nextNumber(), values) : present;
      replace(family, values);
      kept.add(family);
      owner.families.remove(family);
    }
    removeFamilies(owner);
    owner.families.addAll(kept);
  }

  /** Puts a family, with all of its series. */
  void replaceFamily(LedgerOwner owner, FamilyValues values) {
    LedgerOwner.Family family = owner.family(values.identity());
    if (family == null) {
      family = new LedgerOwner.Family(head.nextNumber(), values);
      owner.families.add(family);
    }
    replace(family, values);
  }

  private void replace(LedgerOwner.Family family, FamilyValues values) {
    Map<Labels, Long> places = new HashMap<>();
    long index = 0;
    for (SeriesValues series : values.series()) {
      places.put(series.labels(), index);
      map.put(RowKey.of(SERIES, family.number, index++), FamilyBytes.ofSeries(series));
    }
    for (long surplus = index; surplus < family.size; surplus++) {
      map.remove(RowKey.of(SERIES, family.number, surplus));
    }
    family.size = index;
    family.description = values.withSeries(List.of());
    family.labelsStamp = head.nextNumber();
    indexes.put(family, places);
  }

  /** Puts series, each in the place of the one of the same labels. */
  void putSeries(LedgerOwner.Family family, FamilyValues changes) {
    Map<Labels, Long> places = places(family);
    long before = family.size;
    for (SeriesValues series : changes.series()) {
      Long place = places.get(series.labels());
      if (place == null) {
        place = family.size++;
        places.put(series.labels(), place);
      }
      map.put(RowKey.of(SERIES, family.number, place), FamilyBytes.ofSeries(series));
    }
    family.description = changes.withSeries(List.of());
    if (family.size != before) {
      family.labelsStamp = head.nextNumber();
      indexes.put(family, places);
    }
  }

  private Map<Labels, Long> places(LedgerOwner.Family family) {
    Map<Labels, Long> known = indexes.get(family);
    if (known != null) {
      return known;
    }
    Map<Labels, Long> places = new HashMap<>();
    forEachSeries(
        family, bytes -> places.put(FamilyBytes.toSeries(bytes).labels(), (long) places.size()));
    indexes.put(family, places);
    return places;
  }

  /** Those series of a family that have the labels of one of others. */
  FamilyValues seriesOf(LedgerOwner.Family family, FamilyValues others) {
    Map<Labels, Long> places = places(family);
    List<SeriesValues> series = new ArrayList<>();
    for (SeriesValues each : others.series()) {
      Long place = places.get(each.labels());
      if (place != null) {
        series.add(FamilyBytes.toSeries(series(family, place)));
      }
    }
    return family.description.withSeries(series);
  }

  private byte[] series(LedgerOwner.Family family, long index) {
    byte[] bytes = map.get(RowKey.of(SERIES, family.number, index));
    if (bytes == null) {
      throw missing("series of " + family.description.name());
    }
    return bytes;
  }

  private void forEachSeries(LedgerOwner.Family family, Consumer<byte[]> action) {
    for (long index = 0; index < family.size; index++) {
      action.accept(series(family, index));
    }
  }

  void removeFamily(LedgerOwner owner, LedgerOwner.Family family) {
    for (long index = 0; index < family.size; index++) {
      map.remove(RowKey.of(SERIES, family.number, index));
    }
    owner.families.remove(family);
  }

  void removeFamilies(LedgerOwner owner) {
    List.copyOf(owner.families).forEach(family -> removeFamily(owner, family));
  }

  /** What an owner has, to be made values of when the call is over. */
  List<StoredFamily> families(LedgerOwner owner) {
    List<StoredFamily> families = new ArrayList<>();
    for (LedgerOwner.Family family : owner.families) {
      families.add(family(family));
    }
    return families;
  }

  StoredFamily family(LedgerOwner.Family family) {
    List<byte[]> series = new ArrayList<>();
    forEachSeries(family, series::add);
    return new StoredFamily(family.description, series);
  }
}
