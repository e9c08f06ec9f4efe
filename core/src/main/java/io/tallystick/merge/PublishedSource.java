package io.tallystick.merge;

import io.tallystick.shm.CellLayout;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.ExemplarSlots.RawExemplar;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.RankSketch;
import io.tallystick.shm.RecordVisitor;
import io.tallystick.shm.SeriesRecord;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a source of a ledger published, which a merge takes in as it does a file.
 *
 * <p>Cells are laid out as {@link CellLayout} says, in two columns: one of values and, for doubles,
 * one of what rounding took from them. Exemplars, and what quantiles are made of, stand apart. All
 * is added before the merge takes it in.
 */
public final class PublishedSource extends MergedFile {
  private static final int NOWHERE = -1;

  private final boolean live;
  private final long knownAliveMs;
  private final List<FamilyDescriptor> descriptors = new ArrayList<>();
  private final List<SeriesRecord> records = new ArrayList<>();
  private final List<PublishedExemplar> exemplars = new ArrayList<>();
  private final List<PublishedSlice> slices = new ArrayList<>();
  private final List<@Nullable CellMap> maps = new ArrayList<>(); // by the family's number
  private int[] places = {}; // of each record: where its series stands in the map of its family
  private int reading; // the record that the merge takes in
  private long[] values = new long[64];
  private long[] rests = new long[64];
  private int cells;

  /**
   * @param live whether gauges of the live modes count
   * @param knownAliveMs when a dead source was last known to live; 0 for a base
   * @param describedMs the newest source's description of a family wins
   */
  public PublishedSource(boolean live, long knownAliveMs, long describedMs) {
    super("", describedMs);
    this.live = live;
    this.knownAliveMs = knownAliveMs;
  }

  /** Adds a family and returns its number. */
  public int addFamily(FamilyDescriptor family) {
    descriptors.add(family);
    maps.add(null);
    return descriptors.size() - 1;
  }

  /**
   * Adds a series with zeros as its cells and returns its first cell.
   *
   * @param instance the process that a gauge of its own belongs to; else null
   */
  public int addSeries(
      int family, List<String> labelValues, @Nullable String instance, long createdMs) {
    int cell = cells;
    cells = Math.addExact(cells, cellsOf(descriptors.get(family)));
    if (cells > values.length) {
      int length = Math.max(cells, values.length * 2);
      values = Arrays.copyOf(values, length);
      rests = Arrays.copyOf(rests, length);
    }
    records.add(SeriesRecord.of(family, cell, labelValues, instance, createdMs));
    return cell;
  }

  private static int cellsOf(FamilyDescriptor family) {
    return family.type() == FamilyType.SUMMARY
        ? CellLayout.SUMMARY_CELLS
        : CellLayout.cellsOf(family);
  }

  /** Puts a word. */
  public void put(int cell, long word) {
    values[cell] = word;
  }

  /** Puts a double. */
  public void put(int cell, double value) {
    values[cell] = Double.doubleToRawLongBits(value);
  }

  /** Puts a sum as a double and what is left when it is taken from the exact sum. */
  public void put(int cell, double value, double rest) {
    put(cell, value);
    rests[cell] = rest == 0 ? 0 : Double.doubleToRawLongBits(rest);
  }

  /** Adds an exemplar of the series that was added last. */
  public void addExemplar(int slot, RawExemplar exemplar) {
    exemplars.add(new PublishedExemplar(records.size() - 1, slot, exemplar));
  }

  /** Adds what is known of the quantiles of the series that was added last, for a slice of time. */
  public void addSlice(long startMs, RankSketch slice) {
    slices.add(new PublishedSlice(records.size() - 1, startMs, slice));
  }

  @Override
  public boolean isLive() {
    return live;
  }

  @Override
  public boolean isCut() {
    return false;
  }

  @Override
  void read(RecordVisitor visitor) throws CorruptFileException {
    for (int family = 0; family < descriptors.size(); family++) {
      visitor.family(family, descriptors.get(family));
    }
    places = new int[records.size()];
    Arrays.fill(places, NOWHERE);
    for (reading = 0; reading < places.length; reading++) {
      visitor.series(records.get(reading));
    }
  }

  @Override
  void map(SeriesRecord record, FamilyLink link, MergedFamily family, int mergedSeries) {
    CellMap map = maps.get(record.family());
    if (map == null) {
      map = new CellMap(link, family);
      maps.set(record.family(), map);
    }
    places[reading] = map.size;
    map.add(record.cell(), mergedSeries);
  }

  @Override
  void remove(int family, int cell) {
    throw new UnsupportedOperationException("what was published has no removals");
  }

  @Override
  boolean dropRemoved() {
    return false;
  }

  @Override
  void forEachMap(Consumer<SeriesMap> action) {
    for (CellMap map : maps) {
      if (map != null) {
        action.accept(map);
      }
    }
  }

  @Override
  void accumulate(long expireBeforeMs) {
    var gathering = new CellMap.Gathering(live, true, knownAliveMs, expireBeforeMs, null);
    LongBuffer sums = LongBuffer.wrap(values);
    LongBuffer lost = LongBuffer.wrap(rests);
    for (CellMap map : maps) {
      if (map != null && map.family().hasValues()) {
        map.choose(false);
        map.accumulate(sums, gathering);
        if (!map.family().type().isSingle()) {
          map.accumulate(lost, gathering);
        }
      }
    }
    for (PublishedSlice each : slices) {
      CellMap map = mapOf(each.record());
      if (map != null) {
        map.family().quantiles().add(seriesOf(each.record(), map), each.startMs(), each.slice());
      }
    }
  }

  @Override
  void accumulateExemplars(long notBeforeMs, long notAfterMs) {
    for (PublishedExemplar each : exemplars) {
      CellMap map = mapOf(each.record());
      long timeMs = each.exemplar().timeMs();
      if (map != null && timeMs >= notBeforeMs && timeMs <= notAfterMs) {
        int series = seriesOf(each.record(), map);
        map.family().exemplars().add(series, each.slot(), each.exemplar());
      }
    }
  }

  /** Where the series of a record adds up; null where it does not. */
  private @Nullable CellMap mapOf(int record) {
    CellMap map = maps.get(records.get(record).family());
    return map == null || places[record] == NOWHERE || !map.family().hasValues() ? null : map;
  }

  private int seriesOf(int record, CellMap map) {
    return map.series[places[record]];
  }

  @Override
  void close() {
    // holds nothing but memory
  }

  private record PublishedExemplar(int record, int slot, RawExemplar exemplar) {}

  private record PublishedSlice(int record, long startMs, RankSketch slice) {}
}
