package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.BackupRecord;
import io.tallystick.store.BackupWriter;
import io.tallystick.store.FamilyValues;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes all that a directory holds to a backup: some keys, a queue, and the ledger in a call each.
 * Used once.
 */
final class ChronicleBackup {
  private final Session session;
  private final ChronicleKeyValues keyValues;
  private final ChronicleLedger ledger;
  private final ChronicleDocuments documents;
  private final BackupWriter backup;

  ChronicleBackup(
      Session session,
      ChronicleKeyValues keyValues,
      ChronicleLedger ledger,
      ChronicleDocuments documents,
      BackupWriter backup) {
    this.session = session;
    this.keyValues = keyValues;
    this.ledger = ledger;
    this.documents = documents;
    this.backup = backup;
  }

  void run() {
    int segments = session.call(() -> session.map(MapKind.KEYS).segments());
    for (int segment = 0; segment < segments; segment++) {
      int number = segment;
      List<BackupRecord> keys = new ArrayList<>();
      session.run(
          () ->
              keyValues.forEach(
                  number,
                  (key, value, endMs) -> keys.add(new BackupRecord.Key(key, value, endMs))));
      keys.forEach(backup::write);
    }
    MapFile jobs = session.map(MapKind.JOBS);
    for (byte[] name : session.call(() -> QueueRows.names(jobs))) {
      session.call(() -> records(name, QueueRows.of(jobs, name))).forEach(backup::write);
    }
    ledger.read(ChronicleBackup::records).forEach(record -> backup.write(record.get()));
    session.run(() -> writeDocuments(segments));
  }

  /**
   * All in one call: what belongs together, as a metric and its older samples, is of one moment.
   */
  private void writeDocuments(int segments) {
    List<BackupRecord> numbers = new ArrayList<>();
    for (int segment = 0; segment < segments; segment++) {
      keyValues.forEachRaw(
          segment,
          (key, entry) -> {
            BackupRecord record = documents.toRecord(key, entry);
            if (record instanceof BackupRecord.LatestNumber) {
              numbers.add(record);
            } else if (record != null) {
              backup.write(record);
            }
          });
    }
    numbers.forEach(backup::write);
  }

  private static List<BackupRecord> records(byte[] name, QueueRows rows) {
    String queue = new String(name, UTF_8);
    List<BackupRecord> records = new ArrayList<>();
    rows.forEachQueued(job -> records.add(record(queue, BackupRecord.Job.State.QUEUED, job)));
    rows.forEachWaiting(
        QueueRows.DELAYED, job -> records.add(record(queue, BackupRecord.Job.State.DELAYED, job)));
    rows.forEachWaiting(
        QueueRows.RUNNING, job -> records.add(record(queue, BackupRecord.Job.State.RUNNING, job)));
    rows.forEachDead(job -> records.add(record(queue, BackupRecord.Job.State.DEAD, job)));
    return records;
  }

  private static BackupRecord record(String queue, BackupRecord.Job.State state, QueueJob job) {
    return new BackupRecord.Job(
        queue,
        state,
        job.id(),
        job.keyText(),
        job.payload,
        job.attempts,
        job.endMs,
        job.lease,
        job.error());
  }

  /** What makes the ledger's records, once the call is over. */
  private static List<Supplier<BackupRecord>> records(LedgerRows rows) {
    List<Supplier<BackupRecord>> records = new ArrayList<>();
    LedgerHead head = rows.head();
    records.add(() -> new BackupRecord.LedgerState(head.id, new HashSet<>(head.merged)));
    for (StoredFamily family : rows.families(rows.base())) {
      records.add(() -> new BackupRecord.Base(family.values()));
    }
    for (String name : rows.live()) {
      LedgerOwner source = rows.require(name);
      List<StoredFamily> families = rows.families(source);
      records.add(
          () ->
              new BackupRecord.Source(
                  name,
                  source.version,
                  source.publishedMs,
                  source.leaseEndMs,
                  StoredFamily.values(families)));
    }
    for (String name : rows.retired()) {
      LedgerOwner source = rows.require(name);
      List<StoredFamily> families = rows.families(source);
      records.add(() -> tombstone(name, source, families));
    }
    return records;
  }

  private static BackupRecord tombstone(
      String name, LedgerOwner source, List<StoredFamily> families) {
    @Nullable List<FamilyValues> baseline =
        source.hasBaseline ? StoredFamily.values(families) : null;
    return new BackupRecord.Tombstone(name, source.retiredMs, baseline);
  }
}
