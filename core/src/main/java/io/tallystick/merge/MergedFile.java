package io.tallystick.merge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.RecordVisitor;
import io.tallystick.shm.SeriesRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file, or what is like one, that a merge takes in. Where its kind has no exemplars, nothing is
 * done about them.
 */
public abstract sealed class MergedFile permits Source, PythonSource, PublishedSource {
  private final byte[] instance;
  private final long describedMs;
  private final List<FamilyLink> families = new ArrayList<>();
  private @Nullable String fault;

  /**
   * @param instance the text that tells its process apart
   * @param describedMs whose description of a family wins: the newest process', and the retired
   *     file's over none
   */
  MergedFile(String instance, long describedMs) {
    this.instance = instance.getBytes(UTF_8);
    this.describedMs = describedMs;
  }

  /** Whether gauges of the live modes count. */
  public abstract boolean isLive();

  /** What is wrong with the file behind what was read of it, or null. */
  public @Nullable String fault() {
    return fault;
  }

  final void setFault(@Nullable String fault) {
    this.fault = fault;
  }

  /** Whether the file is no longer what was read of it, so that it must not be touched. */
  public abstract boolean isCut() throws IOException;

  final byte[] instance() {
    return instance;
  }

  final long describedMs() {
    return describedMs;
  }

  /** Its families by their numbers. */
  final List<FamilyLink> families() {
    return families;
  }

  /** Whether a family has a say in what all have in common. */
  boolean joins(int family) {
    return true;
  }

  /** Tells what the file got since the last call. */
  abstract void read(RecordVisitor visitor) throws IOException, CorruptFileException;

  /** Takes in that a series adds to a merged series. */
  abstract void map(SeriesRecord record, FamilyLink link, MergedFamily family, int mergedSeries);

  /** Takes in where the exemplars of a series are; of one that was removed they are left out. */
  void mapExemplars(FamilyLink link, int seriesCell, int firstCell, int slots) {}

  /** Whether cells may be other series' than its records said when they were read. */
  boolean isOutdated() {
    return false;
  }

  /** Takes in that a series was removed. */
  abstract void remove(int family, int cell);

  /** Drops the series that were removed since the last call; false where there were none. */
  abstract boolean dropRemoved();

  abstract void forEachMap(Consumer<SeriesMap> action);

  void renumberExemplars(MergedFamily family, int[] renumbered) {}

  /**
   * Takes in when the series lived, where they are of families of which some expire.
   *
   * @param isElsewhere whether the file is only looked at
   * @throws InternalError where the file was cut, from within this call
   */
  void takeLives(boolean isElsewhere) {
    forEachMap(SeriesMap::addEndless);
  }

  /**
   * Adds all values to the merged ones.
   *
   * @throws InternalError where the file was cut, from within this call
   */
  abstract void accumulate(long expireBeforeMs);

  /**
   * Adds all exemplars that are not too old.
   *
   * @throws InternalError where the file was cut, from within this call
   */
  void accumulateExemplars(long notBeforeMs, long notAfterMs) {}

  abstract void close() throws IOException;
}
