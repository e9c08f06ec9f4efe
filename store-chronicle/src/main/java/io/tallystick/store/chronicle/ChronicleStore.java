package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.BackupReader;
import io.tallystick.store.BackupWriter;
import io.tallystick.store.Capability;
import io.tallystick.store.Documents;
import io.tallystick.store.JobQueue;
import io.tallystick.store.KeyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.Limits;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.StoreStats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import net.openhft.chronicle.map.ChronicleMap;

/**
 * A store in persisted Chronicle Maps of one directory; {@code chronicle:/path} opens one, {@code
 * chronicle:/path?keys=1000000&valueBytes=500} one with room for more. The sizes are those with
 * which the directory was made; a map that is full refuses what would make it grow, with PERMANENT.
 *
 * <p>Any number of processes of a host may use one directory at once. They take turns; a call that
 * has waited for another process for too long fails with TRANSIENT and had no effect. What was
 * acknowledged outlives its process. A process that is killed leaves nothing half done: the next
 * call of any other takes back what it had begun, and recovers the map that it died in, which is
 * logged. {@link #lostEntries} counts what could not be saved.
 *
 * <p>The directory must be on a file system of this host. The JVM needs flags, which {@code open}
 * names where they are missing.
 */
public final class ChronicleStore implements Store {
  /** The largest value has a MiB, so that it fits into a segment of a map. */
  private static final Limits LIMITS = new Limits(1_024, 1 << 20);

  private final Session session;
  private final InstantSource clock;
  private final long openedMs;
  private final ChronicleKeyValues keyValues;
  private final ChronicleLedger ledger;
  private final ChronicleDocuments documents;

  private ChronicleStore(Session session, InstantSource clock) {
    this.session = session;
    this.clock = clock;
    this.openedMs = clock.millis();
    this.keyValues = new ChronicleKeyValues(session, clock, LIMITS);
    this.ledger = new ChronicleLedger(session, clock, LIMITS);
    this.documents = new ChronicleDocuments(session, clock, LIMITS, keyValues);
  }

  /**
   * Opens a directory, which is made where there is none, with room for 100,000 keys, 50,000 jobs
   * and 200,000 series, on the system's clock.
   *
   * @throws io.tallystick.store.StoreException PERMANENT where flags of the JVM are missing or the
   *     directory cannot be used, CORRUPT where it is none, TRANSIENT where others use it
   */
  public static ChronicleStore open(Path directory) {
    return open(directory, InstantSource.system());
  }

  /**
   * Opens a directory as {@link #open(Path)} does.
   *
   * @throws io.tallystick.store.StoreException as {@link #open(Path)}
   */
  public static ChronicleStore open(Path directory, InstantSource clock) {
    return open(directory, MapSizes.DEFAULT, clock, DirectoryLock.PATIENCE);
  }

  static ChronicleStore open(
      Path directory, MapSizes sizes, InstantSource clock, Duration patience) {
    JvmFlags.require();
    return new ChronicleStore(Session.open(directory, sizes, patience), clock);
  }

  /** How many entries were lost in recoveries, since the directory was made. */
  public long lostEntries() {
    return session.call(() -> session.control().lost());
  }

  /** How often a map was recovered, since the directory was made. */
  public long recoveries() {
    return session.call(() -> session.control().recoveries());
  }

  @Override
  public KeyValues keyValues() {
    session.requireOpen();
    return keyValues;
  }

  @Override
  public JobQueue jobQueue(String name, RetryPolicy policy) {
    session.requireOpen();
    byte[] bytes = LIMITS.checkKey(name).getBytes(UTF_8);
    return new ChronicleJobQueue(session, clock, LIMITS, bytes, policy);
  }

  @Override
  public List<String> queues() {
    return session.call(() -> QueueRows.namesWithJobs(session.map(MapKind.JOBS)));
  }

  @Override
  public Ledger ledger() {
    session.requireOpen();
    return ledger;
  }

  @Override
  public Documents documents() {
    session.requireOpen();
    return documents;
  }

  @Override
  public Set<Capability> capabilities() {
    return Set.of(
        Capability.MULTI_PROCESS,
        Capability.SURVIVES_PROCESS,
        Capability.DOCUMENTS,
        Capability.ATOMIC_DOCUMENTS);
  }

  @Override
  public Limits limits() {
    return LIMITS;
  }

  @Override
  public StoreStats stats() {
    return session.call(
        () -> {
          LedgerRows rows = ledger.rows();
          long series = rows.base().size();
          for (String name : rows.live()) {
            series += rows.require(name).size();
          }
          return new StoreStats(
              "chronicle",
              version(),
              Duration.ofMillis(Math.max(0, clock.millis() - openedMs)),
              keyValues.size(),
              QueueRows.jobs(session.map(MapKind.JOBS)),
              rows.head().live,
              series,
              session.bytes());
        });
  }

  private static String version() {
    String version = ChronicleMap.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }

  @Override
  public void ping() {
    session.run(() -> session.control().claim(session.directory()));
  }

  @Override
  public void backup(Path file) {
    session.requireOpen();
    requireOutside(file);
    try (BackupWriter backup = BackupWriter.create(file, clock.millis())) {
      new ChronicleBackup(session, keyValues, ledger, documents, backup).run();
      backup.commit();
    }
  }

  /** All files of the directory are the store's. */
  private void requireOutside(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    try {
      if (folder == null || !Files.exists(folder)) {
        return; // which the writer says
      }
      if (folder.toRealPath().startsWith(session.directory())) {
        throw new StoreException(
            Category.PERMANENT, "backup would be in the directory of the store: file=" + file);
      }
    } catch (IOException e) {
      throw new StoreException(
          Category.TRANSIENT, "files cannot be told apart: file=" + file + " cause=" + e, e);
    }
  }

  @Override
  public void restore(Path file, RestoreMode mode) {
    session.requireOpen();
    BackupReader backup = BackupReader.open(file);
    session.run(
        () ->
            new ChronicleRestore(session, keyValues, ledger, documents, LIMITS, clock.millis())
                .run(backup, mode));
  }

  @Override
  public void close() {
    session.close();
  }

  @Override
  public String toString() {
    return "chronicle:" + session.directory();
  }
}
