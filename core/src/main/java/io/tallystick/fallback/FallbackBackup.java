package io.tallystick.fallback;

import io.tallystick.fallback.JournalEntry.Kind;
import io.tallystick.fallback.JournalWrite.Decided;
import io.tallystick.store.BackupReader;
import io.tallystick.store.BackupRecord;
import io.tallystick.store.BackupWriter;
import io.tallystick.store.Deadline;
import io.tallystick.store.KeyValues;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.StoreStats;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;

/**
 * All of a {@link FallbackStore} at once: its backups, and how much it holds. Of the second store
 * it shows what the journal says, and none of the fallback's own rows.
 */
final class FallbackBackup {
  private final Failover failover;
  private final KeyValues keyValues;
  private final InstantSource clock;
  private final JournalFiles files;

  FallbackBackup(Failover failover, KeyValues keyValues, InstantSource clock) {
    this.failover = failover;
    this.keyValues = keyValues;
    this.clock = clock;
    this.files = new JournalFiles(failover.journal().rows());
  }

  private static boolean isOwn(BackupRecord record) {
    return record instanceof BackupRecord.Key key && JournalRows.isOwn(key.key());
  }

  // ---- stats ----

  StoreStats stats(JobMover mover) {
    return failover.call(
        new FallbackCall<>() {
          @Override
          StoreStats first(Store store) {
            StoreStats stats = store.stats();
            return named(stats, stats.keys(), stats.jobs() + (mover.hasAny() ? left() : 0));
          }

          @Override
          StoreStats second(Journal journal, Store store) {
            StoreStats stats = store.stats();
            return named(stats, keysOfJournal(journal).size(), stats.jobs());
          }
        });
  }

  private long left() {
    try {
      return failover.askSecond(second -> second.stats().jobs());
    } catch (StoreException e) {
      throw new NotNowException("second store may have jobs: cause=" + e.getMessage());
    }
  }

  private static StoreStats named(StoreStats stats, long keys, long jobs) {
    return new StoreStats(
        "fallback to " + stats.backend(),
        stats.version(),
        stats.uptime(),
        keys,
        jobs,
        stats.sources(),
        stats.series(),
        stats.bytes());
  }

  private static Set<String> keysOfJournal(Journal journal) {
    Set<String> keys = new HashSet<>();
    String cursor = null;
    do {
      KeyValues.Page page = journal.scan("", cursor, 1_000);
      keys.addAll(page.keys());
      cursor = page.next();
    } while (cursor != null);
    return keys;
  }

  // ---- backup ----

  void backup(Path file) {
    boolean unused =
        failover.call(
            new FallbackCall<Boolean>() {
              @Override
              Boolean first(Store store) {
                store.backup(file);
                return true;
              }

              @Override
              Boolean second(Journal journal, Store store) {
                return JournalFiles.withFile(
                    whole -> {
                      store.backup(whole);
                      rewrite(journal, whole, file);
                      return true;
                    });
              }
            });
  }

  private void rewrite(Journal journal, Path whole, Path file) {
    try (BackupWriter writer = BackupWriter.create(file, clock.millis())) {
      for (String key : keysOfJournal(journal)) {
        StoredValue value = journal.value(key);
        byte[] bytes = value.value();
        if (bytes != null) {
          writer.write(new BackupRecord.Key(key, bytes, value.endMs()));
        }
      }
      BackupReader.open(whole)
          .forEach(
              record -> {
                if (!(record instanceof BackupRecord.Key)) {
                  writer.write(record);
                }
              });
      writer.commit();
    }
  }

  // ---- restore ----

  void restore(Path file, RestoreMode mode) {
    failover.requireOpen();
    boolean unused =
        JournalFiles.withFile(
            filtered -> {
              filter(BackupReader.open(file), filtered);
              return failover.call(restoring(filtered, mode));
            });
  }

  private FallbackCall<Boolean> restoring(Path file, RestoreMode mode) {
    return new FallbackCall<>() {
      private boolean isBegun;

      @Override
      Boolean first(Store store) {
        store.restore(file, isDoubtful() || isBegun ? RestoreMode.MERGE : mode);
        return true;
      }

      @Override
      Boolean second(Journal journal, Store store) {
        if (!isBegun && mode == RestoreMode.INTO_EMPTY && !isEmpty(journal, store)) {
          throw new StoreException(Category.PERMANENT, "store is not empty: backend=fallback");
        }
        journal(journal, file);
        isBegun = true;
        store.restore(file, RestoreMode.MERGE);
        restoreDeleted(journal, file);
        return true;
      }
    };
  }

  /** A store that was used as the second one has rows that no store is to get. */
  private void filter(BackupReader backup, Path filtered) {
    try (BackupWriter writer = BackupWriter.create(filtered, clock.millis())) {
      backup.forEach(
          record -> {
            if (!isOwn(record)) {
              writer.write(record);
            }
          });
      writer.commit();
    }
  }

  private static boolean isEmpty(Journal journal, Store second) {
    StoreStats stats = second.stats();
    return keysOfJournal(journal).isEmpty()
        && stats.jobs() == 0
        && stats.sources() == 0
        && stats.series() == 0;
  }

  /** The first store is to have it, too. */
  private void journal(Journal journal, Path file) {
    String id = failover.newId();
    long parts = files.put(id, file);
    JournalWrite<Boolean> write =
        new JournalWrite<>(
            (view, number, nowMs) ->
                Decided.of(
                    true, new JournalEntry(Kind.RESTORE, id, nowMs, "", null, 0, parts, "", 0)));
    try {
      boolean unused = journal.write(write);
    } catch (JournalClosedException e) {
      files.delete(id, parts); // nobody else knows of them
      throw e;
    }
  }

  /**
   * Keys that the journal has as deleted are in its entries, not in the rows that were restored.
   */
  private void restoreDeleted(Journal journal, Path file) {
    BackupReader.open(file)
        .forEach(
            record -> {
              if (record instanceof BackupRecord.Key key && !journal.value(key.key()).isThere()) {
                restore(journal, key);
              }
            });
  }

  private void restore(Journal journal, BackupRecord.Key key) {
    long leftMs = key.endMs() - clock.millis();
    if (!journal.says(key.key())) {
      failover.mirror().write(key.key(), key.value(), key.endMs());
    } else if (key.endMs() == Deadline.NEVER_MS) {
      boolean unused = keyValues.putIfAbsent(key.key(), key.value());
    } else if (leftMs > 0) {
      boolean unused = keyValues.putIfAbsent(key.key(), key.value(), Duration.ofMillis(leftMs));
    }
  }
}
