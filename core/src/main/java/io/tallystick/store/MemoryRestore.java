package io.tallystick.store;

import io.tallystick.store.StoreException.Category;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * One restoring of a backup into a memory store. The first pass finds out whether all of it can be
 * taken in; the second one takes it in.
 */
final class MemoryRestore {
  private final MemoryStore store;
  private final boolean resumes;
  private final Map<String, Set<String>> deadBefore = new HashMap<>(); // keys by queue
  private boolean takesBase;
  private long bytes;

  /**
   * @param resumes whether the store goes on as the one that wrote the backup
   */
  MemoryRestore(MemoryStore store, boolean resumes) {
    this.store = store;
    this.resumes = resumes;
  }

  void run(BackupReader backup) {
    backup.forEach(this::check);
    store.queuesByName().forEach((name, queue) -> deadBefore.put(name, queue.deadKeys()));
    store.room().take(bytes);
    try {
      backup.forEach(this::take);
    } finally {
      store.room().give(bytes);
    }
  }

  private void check(BackupRecord record) {
    if (record instanceof BackupRecord.Key key) {
      bytes += Room.bytesOf(checked(key.key(), key.value()), key.value());
    } else if (record instanceof BackupRecord.Job job) {
      store.limits().checkKey(job.queue());
      if (resumes && !MemoryQueue.isId(job.id())) {
        throw new StoreException(
            Category.PERMANENT, "backup is of another kind of store: backend=memory");
      }
      bytes += Room.bytesOf(checked(job.key(), job.payload()), job.payload());
    } else if (record instanceof BackupRecord.Document document) {
      check(document);
    } else if (record instanceof BackupRecord.LedgerState state) {
      takesBase = store.memoryLedger().lacksBaseOf(state);
    } else if (record instanceof BackupRecord.Base base) {
      bytes += Room.bytesOf(base.family());
    } else if (record instanceof BackupRecord.Source source) {
      bytes += MemoryLedger.bytesOf(store.limits().checkKey(source.name()), source.families());
    } else if (record instanceof BackupRecord.Tombstone tombstone) {
      store.limits().checkKey(tombstone.name());
      bytes += MemoryLedger.bytesOf(tombstone);
    }
  }

  private void check(BackupRecord.Document document) {
    String key = checked(document.key(), document.value());
    bytes += MemoryDocuments.bytesOf(key, document.value(), document.places());
  }

  private String checked(String key, byte[] value) {
    store.limits().checkValue(value);
    return store.limits().checkKey(key);
  }

  private void take(BackupRecord record) {
    if (record instanceof BackupRecord.Key key) {
      store.memoryKeyValues().restore(key);
    } else if (record instanceof BackupRecord.Job job) {
      take(job);
    } else if (record instanceof BackupRecord.LedgerState state) {
      store.memoryLedger().restore(state, takesBase, resumes);
    } else if (record instanceof BackupRecord.Base base) {
      if (takesBase) {
        store.memoryLedger().restore(base.family());
      }
    } else if (record instanceof BackupRecord.Source source) {
      store.memoryLedger().restore(source, takesBase);
    } else if (record instanceof BackupRecord.Tombstone tombstone) {
      store.memoryLedger().restore(tombstone, takesBase);
    } else if (record instanceof BackupRecord.Addition addition && resumes) {
      store.memoryKeyValues().restore(addition);
    } else if (record instanceof BackupRecord.Document document) {
      store.memoryDocuments().restore(document);
    } else if (record instanceof BackupRecord.LatestNumber number) {
      store.memoryDocuments().restore(number);
    }
  }

  private void take(BackupRecord.Job job) {
    boolean isDead = job.state() == BackupRecord.Job.State.DEAD;
    if (isDead && deadBefore.getOrDefault(job.queue(), Set.of()).contains(job.key())) {
      return;
    }
    if (store.queue(job.queue()).restore(job, resumes)) {
      store.room().add(Room.bytesOf(job.key(), job.payload()));
    }
  }
}
