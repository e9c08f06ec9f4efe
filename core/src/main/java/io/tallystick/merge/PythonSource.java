package io.tallystick.merge;

import io.tallystick.python.PythonFile;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.PageFaults;
import io.tallystick.shm.RecordVisitor;
import io.tallystick.shm.SeriesRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file of client_python that a merge takes in. It counts for as long as it is there, gauges of
 * the live modes too: client_python deletes theirs when it is told that a process is dead.
 */
public final class PythonSource extends MergedFile {
  private final PythonFile file;
  private final List<@Nullable PythonMap> maps = new ArrayList<>(); // by the family's number
  private boolean hasChanged;
  private boolean impossible;

  public PythonSource(PythonFile file) {
    super(file.name().pid(), Long.MIN_VALUE); // nobody knows when the process started
    this.file = file;
  }

  public PythonFile file() {
    return file;
  }

  @Override
  public boolean isLive() {
    return true;
  }

  @Override
  public @Nullable String fault() {
    String fault = super.fault() == null ? file.skipped() : super.fault();
    return fault == null && impossible ? "a count or a total is no such number" : fault;
  }

  @Override
  public boolean isCut() throws IOException {
    return !file.isCurrent();
  }

  /** A family whose series have all gone to other bounds has none of its own to keep. */
  @Override
  boolean joins(int family) {
    PythonMap map = map(family);
    return map != null && !map.isEmpty();
  }

  private @Nullable PythonMap map(int family) {
    return family < maps.size() ? maps.get(family) : null;
  }

  @Override
  void read(RecordVisitor visitor) throws IOException, CorruptFileException {
    setFault(null); // it is read on from there
    file.poll(visitor);
  }

  @Override
  void map(SeriesRecord record, FamilyLink link, MergedFamily family, int mergedSeries) {
    while (maps.size() <= record.family()) {
      maps.add(null);
    }
    PythonMap map = maps.get(record.family());
    if (map == null) {
      map = new PythonMap(link, family);
      maps.set(record.family(), map);
    } else if (map.isEmpty()) {
      hasChanged = true; // its bounds count again
    }
    map.add(record.cell(), mergedSeries);
  }

  @Override
  void remove(int family, int cell) {
    PythonMap map = map(family);
    if (map != null) {
      map.removeIf(index -> map.cells[index] == cell);
      hasChanged = true;
    }
  }

  @Override
  boolean dropRemoved() {
    boolean changed = hasChanged;
    hasChanged = false;
    return changed;
  }

  @Override
  void forEachMap(Consumer<SeriesMap> action) {
    for (PythonMap map : maps) {
      if (map != null) {
        action.accept(map);
      }
    }
  }

  @Override
  void accumulate(long expireBeforeMs) {
    impossible = false;
    for (int i = 0; i < maps.size(); i++) {
      PythonMap map = maps.get(i);
      if (map != null && map.family().hasValues()) {
        map.accumulate(file.family(i));
        impossible |= map.isImpossible();
      }
    }
    PageFaults.throwPending();
  }

  @Override
  void close() {
    // the file is not kept open
  }
}
