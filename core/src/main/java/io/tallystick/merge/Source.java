package io.tallystick.merge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.shm.PageFaults;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.SegmentView;
import java.io.IOException;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A file that a merge takes in: of a living process, of a dead one, or the retired file. */
public final class Source {
  private final ProcessFileReader reader;
  private final boolean live;
  private final byte[] instance;
  private final long describedMs;
  private final List<FamilyLink> families = new ArrayList<>();
  private final List<List<CellMap>> bySegment = new ArrayList<>();
  private final ExemplarCells exemplars = new ExemplarCells();
  private final Set<Integer> removedCells = new HashSet<>();
  private @Nullable String fault;
  private boolean impossible;

  /**
   * @param live whether the process lives; a process that dies is another source
   */
  public Source(ProcessFileReader reader, boolean live) {
    this.reader = reader;
    this.live = live;
    this.instance = reader.instance().getBytes(UTF_8);
    this.describedMs = reader.isRetired() ? Long.MIN_VALUE : reader.createdMs();
  }

  public ProcessFileReader reader() {
    return reader;
  }

  public boolean isLive() {
    return live;
  }

  /** What is wrong with the file behind what was read of it, or null. */
  public @Nullable String fault() {
    return fault == null && impossible
        ? "a count or a total is negative, or a bucket impossible"
        : fault;
  }

  /** Whether its records are at an end because of a fault. */
  boolean hasBadRecords() {
    return fault != null;
  }

  /** Whether the file became shorter than what was read of it, so that it must not be touched. */
  public boolean isCut() throws IOException {
    return reader.isCut();
  }

  void setFault(String fault) {
    this.fault = fault;
  }

  byte[] instance() {
    return instance;
  }

  /** Whose description of a family wins: the newest process', and the retired file's over none. */
  long describedMs() {
    return describedMs;
  }

  List<FamilyLink> families() {
    return families;
  }

  /** Takes in that a series' cells add to a merged series. */
  void map(FamilyLink link, MergedFamily family, int cell, int mergedSeries) {
    int segment = reader.segmentOf(cell);
    while (bySegment.size() <= segment) {
      bySegment.add(new ArrayList<>());
    }
    CellMap map = link.latestMap(segment);
    if (map == null) {
      map = new CellMap(link, family);
      bySegment.get(segment).add(map);
      link.setLatestMap(segment, map);
    }
    map.add(cell - reader.segments().get(segment).firstCell(), mergedSeries);
  }

  void remove(int cell) {
    removedCells.add(cell);
  }

  ExemplarCells exemplars() {
    return exemplars;
  }

  /** Takes in where the exemplars of a series are; of one that was removed they are left out. */
  void mapExemplars(FamilyLink link, int seriesCell, int firstCell, int slots) {
    int segment = reader.segmentOf(seriesCell);
    CellMap map = segment < bySegment.size() ? link.mapIn(bySegment.get(segment)) : null;
    int series =
        map == null ? -1 : map.seriesOf(seriesCell - reader.segments().get(segment).firstCell());
    if (map != null && series >= 0) {
      int place = reader.segmentOf(firstCell);
      int cell = firstCell - reader.segments().get(place).firstCell();
      exemplars.add(map.family(), series, seriesCell, place, cell, slots);
    }
  }

  /** Drops the series that were removed since the last call; false where there were none. */
  boolean dropRemoved() {
    if (removedCells.isEmpty()) {
      return false;
    }
    for (int i = 0; i < bySegment.size(); i++) {
      int first = reader.segments().get(i).firstCell();
      bySegment.get(i).forEach(map -> map.removeIf(cell -> removedCells.contains(first + cell)));
    }
    exemplars.removeIf(removedCells::contains);
    removedCells.clear();
    return true;
  }

  void forEachMap(Consumer<CellMap> action) {
    bySegment.forEach(maps -> maps.forEach(action));
  }

  /**
   * Adds the exemplars of the families that have values, but for those that are too old.
   *
   * @throws InternalError where the file was cut
   */
  void accumulateExemplars(long notBeforeMs) {
    impossible |= !exemplars.accumulate(reader.segments(), notBeforeMs);
    PageFaults.throwPending();
  }

  /**
   * Adds the cells to the families that have values, segment by segment, column by column.
   *
   * @throws InternalError where the file was cut
   */
  void accumulate(long expireBeforeMs) {
    long knownAliveMs = live || reader.isRetired() ? 0 : reader.aliveMs();
    CellMap.Gathering gathering =
        new CellMap.Gathering(live, reader.isRetired(), knownAliveMs, expireBeforeMs);
    List<SegmentView> segments = reader.segments();
    for (int i = 0; i < bySegment.size(); i++) {
      for (LongBuffer column : segments.get(i).columns()) {
        for (CellMap map : bySegment.get(i)) {
          if (map.family().hasValues()) {
            map.accumulate(column, gathering);
            impossible |= map.isImpossible();
          }
        }
      }
    }
    PageFaults.throwPending();
  }

  void close() throws IOException {
    reader.close();
  }
}
