package io.tallystick.store.chronicle;

import io.tallystick.shm.Interrupts;
import io.tallystick.store.Limits;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The use that one store makes of a directory: calls, each of which is whole, or has no effect.
 *
 * <p>Threading: any for {@link #call} and {@link #close}; the maps for who is in a call.
 */
final class Session implements Closeable {
  static final String CONTROL = "control";

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final Path directory;
  private final ControlFile control;
  private final UserSlot slot;
  private final DirectoryLock lock;
  private final UndoLog undo;
  private final Map<MapKind, MapFile> maps = new EnumMap<>(MapKind.class);
  private volatile boolean closed;

  private Session(
      Path directory, MapSizes sizes, ControlFile control, UserSlot slot, Duration patience) {
    this.directory = directory;
    this.control = control;
    this.slot = slot;
    this.lock = new DirectoryLock(directory, control, slot, patience);
    this.undo = new UndoLog(directory.resolve("undo"), control);
    for (MapKind kind : MapKind.values()) {
      maps.put(kind, new MapFile(directory, kind, sizes, control, undo));
    }
  }

  /** Opens a directory, which is made where there is none. */
  static Session open(Path path, MapSizes sizes, Duration patience) {
    try {
      OwnFiles.createDirectories(path);
      Path directory = path.toRealPath();
      ControlFile control = Interrupts.shield(() -> ControlFile.map(directory.resolve(CONTROL)));
      UserSlot slot = UserSlot.take(directory);
      Session session = new Session(directory, sizes, control, slot, patience);
      boolean opened = false;
      try {
        session.begin();
        opened = true;
        return session;
      } finally {
        if (!opened) {
          session.close();
        }
      }
    } catch (IOException e) {
      throw new StoreException(
          Category.PERMANENT, "directory cannot be used: directory=" + path + " cause=" + e, e);
    }
  }

  private void begin() {
    lock.acquire();
    try {
      control.claim(directory);
      long boot = boot();
      if (control.boot() != boot) {
        if (control.boot() != 0) {
          distrustAll(); // who knows what was on the disk when the host went down
        }
        control.setBoot(boot);
      }
      makeWhole();
    } finally {
      lock.release();
    }
  }

  private void distrustAll() {
    for (MapKind kind : MapKind.values()) {
      control.distrustVolatile(kind);
    }
  }

  private static long boot() {
    try {
      String id = Files.isReadable(BOOT_ID) ? Files.readString(BOOT_ID) : "";
      return id.hashCode() | 1L << Integer.SIZE;
    } catch (IOException e) {
      return 1L << Integer.SIZE;
    }
  }

  Path directory() {
    return directory;
  }

  MapFile map(MapKind kind) {
    return Objects.requireNonNull(maps.get(kind));
  }

  /** In a call: how much memory the maps have. */
  long bytes() {
    return maps.values().stream().mapToLong(MapFile::bytes).sum();
  }

  ControlFile control() {
    return control;
  }

  /**
   * Does something that no other call, of any process, sees halfway. What it has changed is taken
   * back where it throws.
   */
  <T> T call(Supplier<T> work) {
    boolean interrupted = Thread.interrupted(); // Chronicle Map would lose its channel
    try {
      lock.acquire();
      try {
        return locked(work);
      } finally {
        lock.release();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private <T> T locked(Supplier<T> work) {
    requireOpen();
    makeWhole();
    boolean done = false;
    try {
      T result = work.get();
      done = true;
      return result;
    } finally {
      end(done);
    }
  }

  /** Does something that has no result. */
  void run(Runnable work) {
    Object unused =
        call(
            () -> {
              work.run();
              return this;
            });
  }

  private void end(boolean done) {
    if (control.undoLength() == 0) {
      return;
    }
    if (done) {
      undo.clear();
    } else if (control.isTrusted()) {
      takeBack(); // else the next call does, once it has recovered what is damaged
    }
  }

  /** Ends what one that was killed has begun, and sees to the newest maps. */
  private void makeWhole() {
    for (MapKind kind : MapKind.values()) {
      MapFile map = map(kind);
      if (control.isDistrusted(kind)) {
        map.recover();
        control.suspectVolatile(kind);
        control.trust(kind);
      }
      map.refresh();
    }
    if (control.undoLength() != 0) {
      takeBack();
    }
    for (MapKind kind : MapKind.values()) {
      if (control.isSuspect(kind)) {
        repair(kind);
        undo.clear();
        control.acquitVolatile(kind);
      }
    }
  }

  /** Makes the rows of a map go together again; who is killed meanwhile has it begun anew. */
  private void repair(MapKind kind) {
    switch (kind) {
      case KEYS ->
          new DocumentRepair(
                  map(kind), new ChronicleKeyValues(this, InstantSource.system(), Limits.DEFAULT))
              .run();
      case JOBS -> new QueueRepair(map(kind)).run();
      case LEDGER -> new LedgerRepair(map(kind)).run();
    }
  }

  /**
   * Makes every entry that the log names what it was. All of them go before the first comes back,
   * and the largest comes first, since a map may be so full that they find room in no other order.
   */
  private void takeBack() {
    Collection<UndoLog.Before> first = undo.first();
    first.forEach(before -> map(before.map).restore(before.key, null));
    first.stream()
        .filter(before -> before.value != null)
        .sorted(Comparator.comparingInt(UndoLog.Before::length).reversed())
        .forEach(before -> map(before.map).restore(before.key, before.value));
    undo.clear();
  }

  void requireOpen() {
    if (closed) {
      throw new StoreException(Category.PERMANENT, "store is closed: directory=" + directory);
    }
  }

  /** Waits for the call that runs, if any; later ones are refused. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    lock.close(
        () -> {
          maps.values().forEach(MapFile::close);
          try {
            slot.close();
          } catch (IOException e) {
            throw new StoreException(
                Category.PERMANENT, "directory cannot be closed: directory=" + directory, e);
          }
        });
  }
}
