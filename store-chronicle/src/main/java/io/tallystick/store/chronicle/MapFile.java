package io.tallystick.store.chronicle;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.File;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import net.openhft.chronicle.hash.ChronicleHashCorruption;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import net.openhft.chronicle.map.MapEntry;
import net.openhft.chronicle.map.MapSegmentContext;
import org.jspecify.annotations.Nullable;

/**
 * One map of a directory: a persisted Chronicle Map of bytes, in a file whose name has its
 * generation. Threading: who has the directory's lock.
 *
 * <p>Each use of the map is between two words in the {@link ControlFile}, so that it is known of a
 * process that was killed whether it was inside. Such a map may have locks that nobody gives back,
 * and half of an entry: it is copied, the copy is recovered and takes its place as the next
 * generation. Others have the older file mapped still, and open the newer one with their next call.
 */
final class MapFile {
  private static final System.Logger LOG = System.getLogger("io.tallystick");

  /**
   * What is reported of an entry that is not saved; the other reports are of locks and counters.
   */
  private static final Pattern LOSS =
      Pattern.compile(
          "^(Checksum doesn't match|Overlapping entry|Entries with duplicate|entries with duplicate"
              + "|Wrong value size|Entry pos|Segment index from|Expected segment index)",
          Pattern.DOTALL);

  private final Path directory;
  private final MapKind kind;
  private final MapSizes sizes;
  private final ControlFile control;
  private final UndoLog undo;
  private @Nullable ChronicleMap<byte[], byte[]> map;
  private long generation;

  MapFile(Path directory, MapKind kind, MapSizes sizes, ControlFile control, UndoLog undo) {
    this.directory = directory;
    this.kind = kind;
    this.sizes = sizes;
    this.control = control;
    this.undo = undo;
  }

  private Path file(long number) {
    return directory.resolve(kind.name().toLowerCase(Locale.ROOT) + "-" + number + ".map");
  }

  // ---- opening ----

  /** Opens the map, or its newest generation. */
  void refresh() {
    long newest = control.generation(kind);
    if (map == null || generation != newest) {
      close();
      map = open(file(newest));
      generation = newest;
    }
  }

  private ChronicleMap<byte[], byte[]> open(Path path) {
    try {
      if (!Files.exists(path)) {
        Path aside = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(aside);
        OwnFiles.open(aside).close();
        sizes.builder(kind).createPersistedTo(aside.toFile()).close();
        Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE);
      }
      return sizes.builder(kind).createPersistedTo(path.toFile());
    } catch (IOException | RuntimeException | InternalError e) {
      throw new StoreException(
          Category.PERMANENT, "map cannot be opened: file=" + path + " cause=" + e, e);
    }
  }

  /** Recovers the map, and counts what was lost but for the one entry that the undo log has. */
  void recover() {
    close();
    long present = control.generation(kind);
    Path from = file(present);
    if (!Files.exists(from)) {
      return; // killed before there was a map
    }
    Path to = file(present + 1);
    List<String> reports = new ArrayList<>();
    try {
      OwnFiles.copy(from, to);
      map = recovered(to.toFile(), reports);
    } catch (IOException | InternalError e) { // the latter where the copy's holes find no room
      throw new StoreException(
          Category.TRANSIENT, "map cannot be copied: file=" + from + " cause=" + e, e);
    } catch (RuntimeException e) {
      throw new StoreException(
          Category.CORRUPT, "map cannot be recovered: file=" + from + " cause=" + e, e);
    }
    generation = present + 1;
    control.setGenerationVolatile(kind, generation);
    long inFlight = control.undoLength() == 0 ? 0 : 1;
    long lost = reports.stream().filter(report -> LOSS.matcher(report).find()).count();
    control.recovered(Math.max(0, lost - inFlight));
    LOG.log(
        System.Logger.Level.WARNING,
        "map was recovered after a process died in it: file={0} lost={1} reports={2}",
        to,
        Math.max(0, lost - inFlight),
        reports);
    delete(from);
  }

  private ChronicleMap<byte[], byte[]> recovered(File file, List<String> reports)
      throws IOException {
    ChronicleHashCorruption.Listener listener = corruption -> reports.add(corruption.message());
    return sizes.builder(kind).recoverPersistedTo(file, false, listener);
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "map cannot be deleted: file=" + file, e);
    }
  }

  void close() {
    ChronicleMap<byte[], byte[]> present = map;
    map = null;
    if (present != null) {
      present.close();
    }
  }

  // ---- entries ----

  private ChronicleMap<byte[], byte[]> map() {
    ChronicleMap<byte[], byte[]> present = map;
    if (present == null) {
      throw new IllegalStateException("map is not open");
    }
    return present;
  }

  byte @Nullable [] get(byte[] key) {
    control.enterVolatile(kind);
    try {
      byte[] value = map().get(key);
      control.leaveRelease();
      return value;
    } catch (RuntimeException | InternalError e) {
      throw fault(e);
    }
  }

  /** Puts a value, once what was there is written down. */
  void put(byte[] key, byte[] value) {
    control.enterVolatile(kind);
    try (ExternalMapQueryContext<byte[], byte[], ?> query = map().queryContext(key)) {
      query.updateLock().lock();
      MapEntry<byte[], byte[]> entry = query.entry();
      undo.append(kind, key, entry == null ? null : entry.value().get());
      put(query, value);
    } catch (RuntimeException | InternalError e) {
      throw fault(e);
    }
    control.leaveRelease();
  }

  /**
   * Puts a value; one that grows is removed first. Chronicle Map gives back the room of an entry
   * that it moves before it has other room: where there is none, the entry would stay in room that
   * is free, and others be written over it.
   */
  private static void put(ExternalMapQueryContext<byte[], byte[], ?> query, byte[] value) {
    MapEntry<byte[], byte[]> entry = query.entry();
    if (entry != null && value.length <= entry.value().size()) {
      query.replaceValue(entry, query.wrapValueAsData(value));
      return;
    }
    if (entry != null) {
      query.remove(entry);
    }
    query.insert(query.absentEntry(), query.wrapValueAsData(value));
  }

  /** Removes an entry, once it is written down. */
  void remove(byte[] key) {
    control.enterVolatile(kind);
    try (ExternalMapQueryContext<byte[], byte[], ?> query = map().queryContext(key)) {
      query.updateLock().lock();
      MapEntry<byte[], byte[]> entry = query.entry();
      if (entry != null) {
        undo.append(kind, key, entry.value().get());
        query.remove(entry);
      }
    } catch (RuntimeException | InternalError e) {
      throw fault(e);
    }
    control.leaveRelease();
  }

  /** Makes an entry what it was; none by null. */
  void restore(byte[] key, byte @Nullable [] value) {
    control.enterVolatile(kind);
    try (ExternalMapQueryContext<byte[], byte[], ?> query = map().queryContext(key)) {
      query.updateLock().lock();
      MapEntry<byte[], byte[]> entry = query.entry();
      if (value != null) {
        put(query, value);
      } else if (entry != null) {
        query.remove(entry);
      }
    } catch (RuntimeException | InternalError e) {
      throw fault(e);
    }
    control.leaveRelease();
  }

  int segments() {
    return map().segments();
  }

  /** Shows all entries of a segment; nothing may be changed meanwhile. */
  void forEach(int segment, BiConsumer<byte[], byte[]> action) {
    Objects.checkIndex(segment, segments()); // Chronicle Map would read any memory
    List<byte[]> entries = new ArrayList<>();
    control.enterVolatile(kind);
    try (MapSegmentContext<byte[], byte[], ?> context = map().segmentContext(segment)) {
      context.forEachSegmentEntry(
          entry -> {
            entries.add(entry.key().get().clone()); // the next entry's are in the same array
            entries.add(entry.value().get().clone());
          });
    } catch (RuntimeException | InternalError e) {
      throw fault(e);
    }
    control.leaveRelease();
    for (int i = 0; i < entries.size(); i += 2) {
      action.accept(entries.get(i), entries.get(i + 1));
    }
  }

  void forEach(BiConsumer<byte[], byte[]> action) {
    for (int segment = 0; segment < segments(); segment++) {
      forEach(segment, action);
    }
  }

  /** Whether a call failed in it, so that the next one recovers it. */
  boolean isDamaged() {
    return control.isDistrusted(kind);
  }

  long bytes() {
    return map().offHeapMemoryUsed();
  }

  /** Says what a caller can do; after all but a refusal the map is recovered by the next call. */
  private StoreException fault(Throwable e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof StoreException refusal) {
      control.leaveRelease();
      return refusal;
    }
    if (message.contains("extra segment tier") || message.contains("Entry is too large")) {
      control.leaveRelease();
      return new StoreException(
          Category.PERMANENT,
          "map is full, a new directory needs larger sizes: file=" + file(generation),
          e);
    }
    control.distrustVolatile(kind);
    if (hasCause(e, ClosedChannelException.class)) { // which an interrupt does to those in use
      return new StoreException(
          Category.TRANSIENT,
          "interrupted while a map grew: file=" + file(generation) + " cause=" + e,
          e);
    }
    if (e instanceof InternalError
        || hasCause(e, IOException.class)) { // mapped memory without a block is the former
      return new StoreException(
          Category.PERMANENT,
          "map cannot grow, is the disk full: file=" + file(generation) + " cause=" + e,
          e);
    }
    return new StoreException(
        Category.CORRUPT, "map is damaged: file=" + file(generation) + " cause=" + e, e);
  }

  private static boolean hasCause(@Nullable Throwable e, Class<? extends IOException> type) {
    return e != null && (type.isInstance(e) || hasCause(e.getCause(), type));
  }
}
