package io.tallystick.merge;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.LifeReader;
import io.tallystick.shm.PageFaults;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.RecordVisitor;
import io.tallystick.shm.SegmentView;
import io.tallystick.shm.SeriesRecord;
import java.io.IOException;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A process file that a merge takes in: of a living process, a dead one, or the retired file. */
public final class Source extends MergedFile {
  private final ProcessFileReader reader;
  private final boolean live;
  private final List<List<CellMap>> bySegment = new ArrayList<>();
  private final ExemplarCells exemplars = new ExemplarCells();
  private final RemovedCells removedCells = new RemovedCells();
  private int seriesSeen;
  private final LifeReader lives;
  private boolean impossible;

  private boolean isReadToEnd = true; // at the last try

  /** Whether cells may be other series' and cannot be told apart: there is no reading on. */
  private boolean withoutExpiring;

  /**
   * @param live whether the process lives; a process that dies is another source
   */
  public Source(ProcessFileReader reader, boolean live) {
    super(reader.instance(), reader.isRetired() ? Long.MIN_VALUE : reader.createdMs());
    this.reader = reader;
    this.live = live;
    this.lives = new LifeReader(reader);
  }

  public ProcessFileReader reader() {
    return reader;
  }

  @Override
  public boolean isLive() {
    return live;
  }

  @Override
  public @Nullable String fault() {
    String fault = super.fault();
    return fault == null && impossible
        ? "a count or a total is negative, or a bucket impossible"
        : fault;
  }

  @Override
  public boolean isCut() throws IOException {
    return reader.isCut();
  }

  @Override
  void read(RecordVisitor visitor) throws IOException, CorruptFileException {
    if (super.fault() == null) { // else its records are at an end
      isReadToEnd = false;
      reader.poll(visitor);
      isReadToEnd = true;
    }
  }

  @Override
  void map(SeriesRecord record, FamilyLink link, MergedFamily family, int mergedSeries) {
    seriesSeen++;
    int cell = record.cell();
    int segment = reader.segmentOf(cell);
    while (bySegment.size() <= segment) {
      bySegment.add(new ArrayList<>());
    }
    CellMap map = link.map(segment);
    if (map == null) {
      map = new CellMap(link, family);
      bySegment.get(segment).add(map);
      link.setMap(segment, map);
    }
    map.add(cell - reader.segments().get(segment).firstCell(), mergedSeries, seriesSeen);
    if (record.hasLife()) {
      map.addLife(record.lifeCell(), record.createdMs());
      family.makeLifespans();
    }
  }

  @Override
  void remove(int family, int cell) {
    removedCells.add(cell, seriesSeen);
  }

  @Override
  void renumberExemplars(MergedFamily family, int[] renumbered) {
    exemplars.renumber(family, renumbered);
  }

  /** Takes in where the exemplars of a series are; of one that was removed they are left out. */
  @Override
  void mapExemplars(FamilyLink link, int seriesCell, int firstCell, int slots) {
    int segment = reader.segmentOf(seriesCell);
    CellMap map = link.map(segment);
    int index =
        map == null ? -1 : map.indexOf(seriesCell - reader.segments().get(segment).firstCell());
    if (map != null && index >= 0) {
      int place = reader.segmentOf(firstCell);
      int cell = firstCell - reader.segments().get(place).firstCell();
      exemplars.add(
          map.family(), map.series[index], map.number(index), seriesCell, place, cell, slots);
    }
  }

  @Override
  boolean dropRemoved() {
    if (removedCells.isEmpty()) {
      return false;
    }
    for (int i = 0; i < bySegment.size(); i++) {
      int first = reader.segments().get(i).firstCell();
      bySegment.get(i).forEach(map -> map.removeAll(removedCells, first));
    }
    exemplars.removeIf(removedCells);
    removedCells.clear();
    return true;
  }

  @Override
  boolean isOutdated() {
    return reader.isOutdated() && !withoutExpiring;
  }

  /** Adds the first cells of records of this file that count for nothing once they have ended. */
  void addPast(long nowMs, Set<Integer> past) {
    for (int i = 0; i < bySegment.size(); i++) {
      int first = reader.segments().get(i).firstCell();
      bySegment.get(i).forEach(map -> map.addPast(nowMs, first, past));
    }
  }

  @Override
  void forEachMap(Consumer<SeriesMap> action) {
    bySegment.forEach(maps -> maps.forEach(action));
  }

  @Override
  void takeLives(boolean isElsewhere) {
    withoutExpiring = (super.fault() != null || !isReadToEnd) && reader.isOutdated();
    bySegment.forEach(
        maps -> maps.forEach(map -> map.takeLives(lives, isElsewhere, withoutExpiring)));
    PageFaults.throwPending();
  }

  @Override
  void accumulateExemplars(long notBeforeMs, long notAfterMs) {
    impossible |= !exemplars.accumulate(reader.segments(), notBeforeMs, notAfterMs);
    PageFaults.throwPending();
  }

  /** Goes segment by segment and column by column. */
  @Override
  void accumulate(long expireBeforeMs) {
    long knownAliveMs = live || reader.isRetired() ? 0 : reader.aliveMs();
    CellMap.Gathering gathering =
        new CellMap.Gathering(
            live, reader.isRetired(), knownAliveMs, expireBeforeMs, reader::isOutdated);
    List<SegmentView> segments = reader.segments();
    bySegment.forEach(maps -> maps.forEach(map -> map.choose(withoutExpiring)));
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

  @Override
  void close() throws IOException {
    reader.close();
  }
}
