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
 * <p>Once, for each name: all series are only published to a ledger that has the source, or never
 * had it. One whose {@link Ledger#id} is that under which the name was taken in, and which has no
 * such source, has folded it, however long ago. Then, and where it says RETIRED, the directory goes
 * on under another name with what has come on top. The order of writing makes this hold: a name is
 * in the directory's state before it is first published, with all that was folded before it; that a
 * ledger has taken it in is written in the same cycle. Who is killed between the two, and publishes
 * again only when the ledger has forgotten the name, counts twice.
 *
 * <p>A ledger with another id has lost its content, or had an older one restored. It is asked what
 * it has of the directory: the newest name that it has as a source is gone on with, and what it
 * remembers to have folded of the names before.
 *
 * <p>A directory whose state has gone was emptied: the ledger keeps what it has of it, and what is
 * there now is another source.
 */
final class Publisher {
  private static final int TRIES = 4;
  private static final int RENEWALS_OF_LEASE = 3;

  /** Series that have gone leave the ledger after so many cycles, with a publication of all. */
  private static final int CYCLES_OF_GONE = 10;

  private final Settings settings;
  private final StateFile state;
  private final Scraper scraper;
  private final PublishedFamilies families;
  private DirectorySource source;
  private FoldedValues folded;
  private @Nullable DirectorySource written; // what the directory has
  private long version;
  private long since; // the version that changes follow; 0 where all must be published
  private int cyclesSinceAll;
  private long acceptedMs;
  private long expiredMs = Long.MIN_VALUE;

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
    if (!source.isTakenIn()) {
      source = source.takenIn();
    }
    if (!isWritten()) {
      writeState();
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
    moveTo(source.asIn(ledger, scraper, settings.clock().millis()));
    for (Ledger.Source each : ledger.sources()) {
      if (each.name().equals(source.name())) {
        version = Math.max(version, each.version());
      }
    }
    if (!isWritten()) {
      writeState();
    }
    Reading reading = families.read(true);
    boolean isAccepted = publish(ledger, reading, 0);
    if (!isAccepted || !ledger.id().equals(source.ledger())) {
      since = 0;
      return false;
    }
    cyclesSinceAll = 0;
    return true;
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
      if (!ledger.id().equals(source.ledger())) {
        return false; // it has lost what it had
      }
      since = follows;
      return true;
    }
    return publish(ledger, reading, follows);
  }

  private boolean isLeaseToBeRenewed() {
    long sinceMs = Math.abs(settings.clock().millis() - acceptedMs); // the clock may be set back
    return sinceMs >= settings.lease().toMillis() / RENEWALS_OF_LEASE;
  }

  private boolean publish(Ledger ledger, Reading reading, long follows) throws IOException {
    if (!state.isUnchanged()) { // else what the ledger has would go down to what was read
      readState();
      return false;
    }
    long nowMs = settings.clock().millis();
    version = Math.max(version + 1, nowMs); // behind those of a publisher that was killed
    List<FamilyValues> values = reading.families().stream().map(folded::takenFrom).toList();
    Publication publication =
        new Publication(source.name(), version, follows, values, settings.lease());
    Ledger.Result result = ledger.publish(publication);
    switch (result) {
      case ACCEPTED -> {
        since = version;
        acceptedMs = nowMs;
        settings.listener().published(publication.isOfAll(), reading.series());
        if (reading.leftOut() > 0) {
          settings.listener().leftOut(reading.leftOut());
        }
        return true;
      }
      case STALE, INCOMPLETE -> {
        return false;
      }
      case RETIRED -> {
        moveTo(source.next(ledger.baseline(source.name()), scraper, nowMs));
        return false;
      }
    }
    throw new AssertionError(result);
  }

  @SuppressWarnings("ReferenceEquality") // there is another one after each change
  private boolean isWritten() {
    return written == source;
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

  /** Has the ledger retire the sources whose leases have run out, now and then; whether it did. */
  boolean retireExpired(Ledger ledger) {
    long nowMs = settings.clock().millis();
    if (expiredMs != Long.MIN_VALUE
        && Math.abs(nowMs - expiredMs) < settings.lease().toMillis() / RENEWALS_OF_LEASE) {
      return false;
    }
    expiredMs = nowMs;
    List<String> unused = ledger.retireExpired();
    return true;
  }

  /**
   * What a publisher is told.
   *
   * @param name what the directory is called in the ledger; unique in a fleet
   * @param lease how long the ledger keeps the source as it is without a publication
   */
  record Settings(
      Directory directory, String name, Duration lease, Clock clock, ReplicationListener listener) {
    /** The same for another directory. */
    Settings of(Directory other) {
      return new Settings(other, name, lease, clock, listener);
    }
  }
}
