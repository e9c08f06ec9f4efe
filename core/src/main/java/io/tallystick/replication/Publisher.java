package io.tallystick.replication;

import io.tallystick.replication.PublishedFamilies.Reading;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a directory to a ledger, a cycle at a time. Used by whoever holds the replication lock,
 * one thread.
 *
 * <p>State, not deltas: a publication has absolute values and a version, so that one that is lost,
 * late or repeated changes nothing that the next one does not set right. What has changed is
 * published behind an accepted publication; all series at first, after anything that was thrown,
 * and where the ledger asks for them.
 *
 * <p>Once, for each name: a name is first in the directory's state, with all that was folded before
 * it, then taken in by the ledger with a publication of nothing and one of nothing behind it, then
 * noted as taken in with the version of the second, and only then are values published under it;
 * and these are only taken where the source is there with the version that they follow. So a source
 * that was taken in and is not in that ledger has been folded, however long ago; one that was not
 * has never had a value; and one with a version below the noted one was made again by a first
 * publication that came late, and has nothing. After a retirement the directory goes on under
 * another name with what has come on top. What a ledger with another content has of the directory
 * is for {@link LedgerTraces} to say.
 *
 * <p>A directory whose state has gone was emptied: the ledger keeps what it has of it, and what is
 * there now is another source.
 */
final class Publisher {
  private static final int TRIES = 4;
  static final int RENEWALS_OF_LEASE = 3;

  /** Series that have gone leave the ledger after so many cycles, with a publication of all. */
  private static final int CYCLES_OF_GONE = 10;

  private final Settings settings;
  private final StateFile state;
  private final Scraper scraper;
  private final PublishedFamilies families;
  private final Inspection inspection;
  private DirectorySource source;
  private FoldedValues folded;
  private @Nullable DirectorySource written; // what the directory has
  private long version;
  private long since; // the version that changes follow; 0 where all must be published
  private int cyclesSinceAll;
  private long acceptedMs;

  private Publisher(
      Settings settings,
      StateFile state,
      Scraper scraper,
      DirectorySource source,
      @Nullable DirectorySource written) {
    this.settings = settings;
    this.state = state;
    this.scraper = scraper;
    this.families = new PublishedFamilies(scraper, source.instance());
    this.inspection = new Inspection(settings, source.instance());
    this.source = source;
    this.folded = FoldedValues.of(source.folded());
    this.written = written;
  }

  /**
   * Goes on where the last publisher of the directory ended.
   *
   * @param scraper of the directory, for this publisher alone
   * @throws IOException where the directory's state is faulty
   */
  static Publisher open(Settings settings, Scraper scraper) throws IOException {
    StateFile state = new StateFile(settings.directory());
    Optional<DirectorySource> known = state.read();
    DirectorySource source = known.orElseGet(() -> DirectorySource.create(settings.name()));
    return new Publisher(settings, state, scraper, source, known.orElse(null));
  }

  DirectorySource source() {
    return source;
  }

  /**
   * Brings the ledger up to date.
   *
   * @throws StoreException where the ledger does
   * @throws IOException where the directory's state cannot be written
   */
  void cycle(Ledger ledger) throws IOException {
    boolean isDone = false;
    for (int i = 0; i < TRIES && !isDone; i++) {
      long follows = since;
      since = 0; // whatever is thrown
      isDone = follows == 0 ? publishAll(ledger) : publishChanges(ledger, follows);
    }
    if (!isDone) {
      throw new StoreException(
          Category.TRANSIENT, "ledger does not take a source in: source=" + source.name());
    }
  }

  /** Publishes for the last time, and says that the directory has ended. */
  void end(Ledger ledger) throws IOException {
    since = 0;
    cycle(ledger);
    boolean unused = ledger.retire(source.name());
  }

  // ---- one publication; true where the ledger is up to date ----

  private boolean publishAll(Ledger ledger) throws IOException {
    DirectorySource asItIs = source.asIn(ledger, scraper, settings.clock().millis());
    if (!asItIs.equals(source)) {
      moveTo(asItIs);
    }
    boolean isNoted = source.isTakenIn() && source.equals(written);
    if (!isNoted && !takeIn(ledger)) {
      return false;
    }
    long follows = versionIn(ledger);
    if (follows == 0) {
      return false;
    }
    Reading reading = families.read(true);
    if (!publish(ledger, reading, true, follows) || !isSame(ledger)) {
      return false;
    }
    cyclesSinceAll = 0;
    endOthers(ledger);
    return true;
  }

  /** Has the ledger take in a name, whose values stay as they are; whether it has. */
  private boolean takeIn(Ledger ledger) throws IOException {
    if (!source.equals(written)) {
      writeState();
    }
    long follows = versionIn(ledger);
    if (follows == 0) {
      if (source.isTakenIn()) {
        return false; // it was retired just now
      }
      long first = nextVersion();
      if (!send(ledger, Publication.ofAll(source.name(), first, List.of(), settings.lease()))) {
        return false;
      }
      follows = first;
    }
    long second = nextVersion();
    Publication nothing =
        Publication.ofChanges(source.name(), second, follows, List.of(), settings.lease());
    if (!send(ledger, nothing) || !isSame(ledger)) {
      return false;
    }
    source = source.takenIn(second);
    writeState();
    return true;
  }

  /** The version of the ledger's source; 0 where it is not there. */
  private long versionIn(Ledger ledger) {
    for (Ledger.Source each : ledger.sources()) {
      if (each.name().equals(source.name())) {
        version = Math.max(version, each.version());
        return each.version();
      }
    }
    return 0;
  }

  /** The next version, which is behind those of a publisher that was killed. */
  private long nextVersion() {
    version = Math.max(version + 1, settings.clock().millis());
    return version;
  }

  /**
   * Empties and ends other sources of this directory, now that the present one has their values.
   */
  private void endOthers(Ledger ledger) {
    for (Ledger.Source each : ledger.sources()) {
      if (SourceName.isOne(each.name()) && source.goesOnFor(SourceName.of(each.name()))) {
        long next = Math.max(each.version() + 1, settings.clock().millis());
        Publication nothing =
            Publication.ofAllBehind(each.name(), next, each.version(), List.of(), settings.lease());
        if (ledger.publish(nothing) == Ledger.Result.ACCEPTED) {
          boolean unused = ledger.retire(each.name());
        }
      }
    }
  }

  private void moveTo(DirectorySource other) {
    source = other;
    folded = FoldedValues.of(other.folded());
  }

  private boolean publishChanges(Ledger ledger, long follows) throws IOException {
    cyclesSinceAll++;
    Reading reading = families.read(false);
    if (reading.hasGone() && cyclesSinceAll >= CYCLES_OF_GONE) {
      return false;
    }
    if (reading.families().isEmpty() && !isLeaseToBeRenewed()) {
      since = follows;
      return isSame(ledger);
    }
    return publish(ledger, reading, false, follows) && isSame(ledger);
  }

  /** Whether the ledger has the content that it had; else all is to be published. */
  private boolean isSame(Ledger ledger) {
    boolean isSame = ledger.id().equals(source.ledger());
    since = isSame ? since : 0;
    return isSame;
  }

  private boolean isLeaseToBeRenewed() {
    long sinceMs = Math.abs(settings.clock().millis() - acceptedMs); // the clock may be set back
    return sinceMs >= settings.lease().toMillis() / RENEWALS_OF_LEASE;
  }

  private boolean publish(Ledger ledger, Reading reading, boolean all, long follows)
      throws IOException {
    long nowMs = settings.clock().millis();
    List<FamilyValues> values = reading.families().stream().map(folded::takenFrom).toList();
    Publication publication =
        new Publication(source.name(), nextVersion(), follows, all, values, settings.lease());
    if (!send(ledger, publication)) {
      return false;
    }
    since = publication.version();
    acceptedMs = nowMs;
    settings.listener().published(all, reading.series(), publication.bytes());
    if (reading.leftOut() > 0) {
      settings.listener().leftOut(reading.leftOut());
    }
    return true;
  }

  /** Whether the ledger has taken it; else the source may be another one now. */
  private boolean send(Ledger ledger, Publication publication) throws IOException {
    if (!state.isUnchanged()) { // else what the ledger has would go down to what was read
      readState();
      return false;
    }
    Ledger.Result result = ledger.publish(publication);
    if (result == Ledger.Result.RETIRED) {
      moveTo(LedgerTraces.behindRetired(ledger, source, scraper, settings.clock().millis()));
    }
    return result == Ledger.Result.ACCEPTED;
  }

  private void readState() throws IOException {
    Optional<DirectorySource> known = state.read();
    moveTo(known.orElseGet(() -> DirectorySource.create(source.instance())));
    written = known.orElse(null);
  }

  private void writeState() throws IOException {
    state.write(source, settings.clock().millis());
    written = source;
  }

  /** Looks after the ledger, now and then; whether it did. */
  boolean inspect(Ledger ledger) {
    if (!inspection.isDue()) {
      return false;
    }
    long nowMs = settings.clock().millis();
    if (since > 0) { // a backup may have been merged meanwhile
      if (source.asIn(ledger, scraper, nowMs).equals(source)) {
        endOthers(ledger); // before they are retired with their values
      } else {
        since = 0;
      }
    }
    inspection.run(ledger, source.name());
    return true;
  }

  /**
   * What a publisher is told.
   *
   * @param name what the directory is called in the ledger; unique in a fleet
   * @param isJob whether it is the directory of a job, which shares its name with others
   * @param lease how long the ledger keeps the source as it is without a publication
   */
  record Settings(
      Directory directory,
      String name,
      boolean isJob,
      Duration lease,
      Clock clock,
      ReplicationListener listener) {
    /** The same for the directory of a job. */
    Settings ofJob(Directory other) {
      return new Settings(other, name, true, lease, clock, listener);
    }
  }
}
