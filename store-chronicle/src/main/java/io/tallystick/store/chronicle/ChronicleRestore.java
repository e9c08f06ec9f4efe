package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.BackupReader;
import io.tallystick.store.BackupRecord;
import io.tallystick.store.BackupRecord.LedgerState;
import io.tallystick.store.BackupRecord.Tombstone;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Limits;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One restoring of a backup, in one call. */
final class ChronicleRestore {
  private final Session session;
  private final ChronicleKeyValues keyValues;
  private final ChronicleLedger ledger;
  private final ChronicleDocuments documents;
  private final Limits limits;
  private final long nowMs;
  private final LedgerRows rows;
  private final Map<String, Set<String>> deadBefore = new HashMap<>(); // keys by queue
  private boolean takesBase;

  ChronicleRestore(
      Session session,
      ChronicleKeyValues keyValues,
      ChronicleLedger ledger,
      ChronicleDocuments documents,
      Limits limits,
      long nowMs) {
    this.session = session;
    this.keyValues = keyValues;
    this.ledger = ledger;
    this.documents = documents;
    this.limits = limits;
    this.nowMs = nowMs;
    this.rows = ledger.rows();
  }

  void run(BackupReader backup, RestoreMode mode) {
    boolean done = false;
    try {
      if (mode == RestoreMode.INTO_EMPTY && !isEmpty()) {
        throw new StoreException(
            Category.PERMANENT, "store is not empty: directory=" + session.directory());
      }
      backup.forEach(this::take);
      rows.putHead();
      done = true;
    } finally {
      if (!done) {
        ledger.forgetLabels();
      }
    }
  }

  private boolean isEmpty() {
    return keyValues.size() == 0
        && QueueRows.jobs(session.map(MapKind.JOBS)) == 0
        && isLedgerEmpty();
  }

  private boolean isLedgerEmpty() {
    LedgerHead head = rows.head();
    return head.live == 0
        && head.firstRetired == head.nextRetired
        && rows.base().families.isEmpty();
  }

  private void take(BackupRecord record) {
    if (record instanceof BackupRecord.Key key) {
      keyValues.restore(key.key(), key.value(), key.endMs());
    } else if (record instanceof BackupRecord.Job job) {
      take(job);
    } else if (record instanceof LedgerState state) {
      take(state);
    } else if (record instanceof BackupRecord.Base family) {
      if (takesBase) {
        new LedgerFold(rows, nowMs).addBase(family.family());
      }
    } else if (record instanceof BackupRecord.Source source) {
      take(source);
    } else if (record instanceof Tombstone tombstone) {
      take(tombstone);
    } else if (record instanceof BackupRecord.Document document) {
      documents.restore(document);
    } else if (record instanceof BackupRecord.LatestNumber number) {
      documents.restore(number);
    }
  }

  private void take(BackupRecord.Job other) {
    limits.checkValue(other.payload());
    byte[] key = limits.checkKey(other.key()).getBytes(UTF_8);
    byte[] queue = limits.checkKey(other.queue()).getBytes(UTF_8);
    QueueRows queueRows = QueueRows.of(session.map(MapKind.JOBS), queue);
    Set<String> dead = deadBefore.computeIfAbsent(other.queue(), name -> deadKeys(queueRows));
    boolean isDead = other.state() == BackupRecord.Job.State.DEAD;
    if (isDead ? dead.contains(other.key()) : queueRows.job(key) != null) {
      return;
    }
    QueueHead head = queueRows.head();
    QueueJob job = new QueueJob(key, head.nextNumber(), other.payload());
    job.attempts = other.attempts();
    job.setError(other.error());
    job.endMs = other.endMs();
    switch (other.state()) {
      case QUEUED -> queueRows.enqueue(job);
      case DELAYED -> queueRows.heap(QueueRows.DELAYED).add(job, head.nextNumber());
      case RUNNING -> {
        job.lease = head.nextNumber();
        queueRows.heap(QueueRows.RUNNING).add(job, job.lease);
      }
      case DEAD -> queueRows.bury(job);
    }
    queueRows.putHead();
  }

  private static Set<String> deadKeys(QueueRows queueRows) {
    Set<String> keys = new HashSet<>();
    queueRows.forEachDead(job -> keys.add(job.keyText()));
    return keys;
  }

  private void take(LedgerState state) {
    takesBase = lacksBaseOf(state);
    if (takesBase) {
      Set<String> merged = new HashSet<>(rows.head().merged);
      merged.addAll(state.merged());
      merged.add(state.id());
      rows.head().merged.clear();
      rows.head().merged.addAll(merged);
    }
  }

  private boolean lacksBaseOf(LedgerState other) {
    if (isLedgerEmpty()) {
      return true;
    }
    Set<String> ours = new HashSet<>(rows.head().merged);
    ours.add(rows.head().id);
    if (ours.contains(other.id())) {
      return false;
    }
    if (!Collections.disjoint(ours, other.merged())) {
      throw new StoreException(
          Category.PERMANENT,
          "backup has a part of this ledger in its base: ledger=" + rows.head().id);
    }
    return true;
  }

  /** Takes in a source, unless the ledger has more of it or may have had it before. */
  private void take(BackupRecord.Source other) {
    String name = limits.checkKey(other.name());
    LedgerOwner present = rows.source(name);
    boolean mayBeForgotten = other.publishedMs() <= nowMs - ChronicleLedger.TOMBSTONE_MS;
    if (present == null && !takesBase && mayBeForgotten) {
      return; // it may have been retired here, and its name not be remembered any more
    }
    if (present != null && (present.isRetired || present.version >= other.version())) {
      return;
    }
    LedgerOwner source = replaced(name, present, other.families());
    source.version = other.version();
    source.publishedMs = other.publishedMs();
    source.leaseEndMs = other.leaseEndMs();
    rows.putSource(name, source);
  }

  private LedgerOwner replaced(
      String name, @Nullable LedgerOwner present, List<FamilyValues> families) {
    LedgerOwner source = present == null ? rows.addLive(name) : present;
    rows.replaceFamilies(source, families);
    return source;
  }

  /** Takes in that a source is retired, with its values where the other ledger's base has none. */
  private void take(Tombstone other) {
    String name = limits.checkKey(other.name());
    LedgerOwner present = rows.source(name);
    if (present != null && present.isRetired) {
      return;
    }
    if (!takesBase && ChronicleLedger.isFolded(rows, name, true, nowMs)) {
      return;
    }
    List<FamilyValues> baseline = other.baseline();
    LedgerOwner source = replaced(name, present, baseline == null ? List.of() : baseline);
    rows.putSource(name, source);
    rows.removeLive(source);
    rows.bury(name, source, other.retiredMs(), baseline != null);
  }
}
