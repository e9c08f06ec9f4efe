package io.tallystick.merge;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.shm.RecordVisitor;
import io.tallystick.shm.SeriesRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Process files, and those of client_python, merged into families.
 *
 * <p>What was decoded of a file is kept, so that a refresh reads new records and all cells.
 * Families of one name that differ in type, gauge mode or states are kept apart; the oldest
 * registration is shown, the others' series are counted as conflicting. Not thread-safe.
 */
public final class Merge {
  private static final long CLOCK_TOLERANCE_MS = 60_000;

  private final Map<Identity, MergedFamily> families = new HashMap<>();
  private final List<MergedFile> sources = new ArrayList<>();
  private @Nullable ShownFamilies shown; // null where they are to be chosen again
  private boolean hasGaps; // families or series that no source has may be left
  private long nowMs;
  private byte[] key = new byte[256];

  /** Takes in a source and reads its records. A fault in its file is kept in the source. */
  public void add(MergedFile source) throws IOException {
    sources.add(source);
    try {
      poll(source);
    } catch (IOException | RuntimeException | Error e) {
      remove(List.of(source)); // or it would count beside its next reading
      throw e;
    }
  }

  /** Reads the records that a source got since the last time. A fold never adds its sources. */
  public void poll(MergedFile source) throws IOException {
    try {
      source.read(new Joining(source, true));
    } catch (CorruptFileException e) {
      source.setFault(String.valueOf(e.getMessage()));
    } finally { // also where it is read on later: their cells may be other series' by now
      hasGaps |= source.dropRemoved();
    }
  }

  /** Leaves out sources whose files have gone or whose processes have died, and closes them. */
  public void remove(List<? extends MergedFile> gone) throws IOException {
    if (gone.isEmpty()) {
      return;
    }
    sources.removeAll(new HashSet<>(gone));
    for (MergedFile source : gone) {
      source.close();
    }
    hasGaps = true;
  }

  /**
   * Says what time it is: quantiles are of a window of time that ends now, and what is dated a
   * minute after now or later is no exemplar.
   */
  public void at(long timeMs) {
    nowMs = timeMs;
  }

  public List<MergedFile> sources() {
    return sources;
  }

  /**
   * Reads the cells of the families that are asked for, of all sources. The others have no values
   * after that, but for those of a contested name: values decide who has it.
   *
   * @param expireBeforeMs values of dead processes' own series that were written before this time
   *     are left out
   * @param exemplarsNotBeforeMs exemplars that were taken before this time are left out
   * @return sources whose files were cut while they were read; refresh again without them
   */
  public List<MergedFile> refresh(
      long expireBeforeMs, long exemplarsNotBeforeMs, Predicate<MergedFamily> isAskedFor) {
    ShownFamilies before = shown();
    for (MergedFamily family : families.values()) {
      if (isAskedFor.test(family) || before.isContested(family)) {
        family.reset(nowMs);
      } else {
        family.skip();
      }
    }
    List<MergedFile> broken = new ArrayList<>();
    forEachWhole(sources, source -> source.takeLives(false), broken);
    families.values().forEach(family -> family.settleLives(nowMs));
    forEachWhole(
        sources,
        source -> {
          source.accumulate(expireBeforeMs);
          source.accumulateExemplars(exemplarsNotBeforeMs, exemplarsNotAfterMs());
        },
        broken);
    families.values().forEach(MergedFamily::settle);
    if (before.hasContested()) {
      shown = null; // an older family may have nothing left to show
    }
    return broken;
  }

  /**
   * Whether cells of a file were given to other series since its records were read last, so that
   * some of the values of the last refresh may be under a wrong name.
   */
  public boolean isOutdated() {
    try {
      for (MergedFile source : sources) {
        if (source.isOutdated()) {
          return true;
        }
      }
      return false;
    } catch (InternalError e) { // how the JVM says that a mapped page has gone
      return false; // the next refresh drops the file
    }
  }

  private static void forEachWhole(
      List<MergedFile> sources, Consumer<MergedFile> action, List<MergedFile> broken) {
    for (MergedFile source : sources) {
      if (broken.contains(source)) {
        continue;
      }
      try {
        action.accept(source);
      } catch (InternalError e) { // how the JVM says that a mapped page has gone
        broken.add(source);
      }
    }
  }

  /**
   * Reads the cells of a source once more, after a refresh. They must be gauges of the most recent
   * value that were set since, with a later time.
   */
  public void refreshGauges(MergedFile source) {
    source.accumulate(Long.MIN_VALUE);
  }

  private long exemplarsNotAfterMs() {
    return nowMs + CLOCK_TOLERANCE_MS; // one of a clock that was set back would be the newest
  }

  /** Adds one source's values to those that are there, as a fold does, which keeps no source. */
  void accumulate(MergedFile source, long expireBeforeMs) {
    families.values().forEach(family -> family.makeRoom(nowMs));
    source.accumulate(expireBeforeMs);
    source.accumulateExemplars(expireBeforeMs, exemplarsNotAfterMs());
    families.values().forEach(family -> family.quantiles().keep());
  }

  /** Adds when one source's series lived, as a fold does, before any values are added. */
  void takeLives(MergedFile source) {
    families.values().forEach(family -> family.makeRoom(nowMs));
    source.takeLives(false);
  }

  /** Adds when series that are there already live in a source that a fold leaves as it is. */
  void lookAt(MergedFile source) throws IOException {
    try {
      source.read(new Joining(source, false));
    } catch (CorruptFileException e) {
      source.setFault(String.valueOf(e.getMessage())); // what is ahead of it counts all the same
    }
    boolean unused = source.dropRemoved();
    source.takeLives(true);
    if (source.isOutdated()) {
      throw new IOException("a file changed faster than it was read");
    }
  }

  /** Whether any series expires. */
  boolean hasLives() {
    return families.values().stream().anyMatch(family -> family.lifespans() != null);
  }

  /** Ends the adding of lives: leaves out what had expired when what counts began. */
  void settleLives() {
    families.values().forEach(family -> family.settleLives(Long.MIN_VALUE));
  }

  /** The families to show, sorted by name. */
  public List<MergedFamily> families() {
    return shown().families();
  }

  private ShownFamilies shown() {
    compact();
    ShownFamilies present = shown;
    if (present == null) {
      present = ShownFamilies.of(families.values());
      shown = present;
    }
    return present;
  }

  /** All families, those that lose a conflict included. */
  public Iterable<MergedFamily> allFamilies() {
    return families.values();
  }

  /** How many series are left out because another family of their name is older. */
  public long conflictingSeries() {
    return conflicts().stream().mapToLong(MergedFamily::seenSize).sum();
  }

  /** The families that are left out because another one of their name is older. */
  List<MergedFamily> conflicts() {
    return shown().hidden();
  }

  /** Drops families and series that no source has, and asks those left for their descriptions. */
  private void compact() {
    if (!hasGaps) {
      return;
    }
    hasGaps = false;
    shown = null;
    Map<MergedFamily, boolean[]> used = new HashMap<>();
    families.values().forEach(MergedFamily::leaveAll);
    for (MergedFile source : sources) {
      for (int i = 0; i < source.families().size(); i++) {
        FamilyLink link = source.families().get(i);
        MergedFamily family = link.family();
        if (family != null) {
          if (source.joins(i)) {
            family.join(link.descriptor(), source.describedMs());
          }
          used.computeIfAbsent(family, f -> new boolean[f.size()]);
        }
      }
      source.forEachMap(map -> map.mark(usedOf(used, map.family())));
    }
    families.values().removeIf(family -> !used.containsKey(family));
    Map<MergedFamily, int[]> renumbered = new HashMap<>();
    used.forEach(
        (family, keep) -> {
          int[] numbers = family.index().retain(keep);
          if (numbers != null) {
            renumbered.put(family, numbers);
            family.renumber(numbers);
          }
        });
    for (MergedFile source : sources) {
      source.forEachMap(
          map -> {
            int[] numbers = renumbered.get(map.family());
            if (numbers != null) {
              map.renumber(numbers);
            }
          });
      renumbered.forEach(source::renumberExemplars);
    }
  }

  private static boolean[] usedOf(Map<MergedFamily, boolean[]> used, MergedFamily family) {
    return used.computeIfAbsent(family, f -> new boolean[f.size()]);
  }

  /** Takes the records of one source into the merged families. */
  private final class Joining implements RecordVisitor {
    private final MergedFile source;
    private final boolean adds; // families and series that are not there

    Joining(MergedFile source, boolean adds) {
      this.source = source;
      this.adds = adds;
    }

    @Override
    public void family(int number, FamilyDescriptor descriptor) throws CorruptFileException {
      FamilyCheck.check(descriptor);
      LabelSet labels = LabelSet.of(descriptor);
      MergedFamily family = null;
      if (source.isLive() || !descriptor.mode().isLive()) {
        family = families.get(Identity.of(descriptor));
        if (adds) {
          if (family == null) {
            family = new MergedFamily(descriptor);
            families.put(Identity.of(descriptor), family);
          }
          family.join(descriptor, source.describedMs());
          shown = null;
        }
      }
      source.families().add(new FamilyLink(descriptor, family, labels));
    }

    @Override
    public void series(SeriesRecord record) throws CorruptFileException {
      FamilyLink link = source.families().get(record.family());
      MergedFamily family = link.family();
      if (family == null) {
        return;
      }
      String own = record.instance();
      byte[] instance = own == null ? source.instance() : own.getBytes(UTF_8);
      if (link.labels().recordBytes(record, instance) > SeriesRecord.MAX_VALUES_LENGTH) {
        throw new CorruptFileException(
            "label values are too long: family=" + link.descriptor().name());
      }
      int needed = link.labels().keyBytes(record, instance);
      if (key.length < needed) {
        key = new byte[Math.max(needed, 2 * key.length)];
      }
      int length = link.labels().writeKey(link.schema(), record, instance, key);
      int series =
          adds ? family.series(key, length, record.createdMs()) : family.index().known(key, length);
      if (series >= 0) {
        source.map(record, link, family, series);
      }
    }

    @Override
    public void exemplars(int family, int cell, int firstCell, int slots) {
      FamilyLink link = source.families().get(family);
      if (link.family() != null) {
        source.mapExemplars(link, cell, firstCell, slots);
      }
    }

    @Override
    public void removed(int family, int cell) {
      source.remove(family, cell);
    }
  }

  /** What families must have in common to be one. */
  private record Identity(String name, FamilyType type, GaugeMode mode, List<String> states) {
    static Identity of(FamilyDescriptor family) {
      return new Identity(family.name(), family.type(), family.mode(), family.states());
    }
  }
}
