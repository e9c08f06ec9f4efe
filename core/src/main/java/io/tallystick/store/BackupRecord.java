package io.tallystick.store;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a backup. They come in this order: keys, jobs, the ledger's state, families of its
 * base, sources, tombstones, additions, documents, numbers; of the ledger's pieces only the state
 * is always there.
 */
public sealed interface BackupRecord {
  /**
   * A key.
   *
   * @param endMs when its time to live ends, in milliseconds of the Unix epoch; {@link
   *     Deadline#NEVER_MS} where it has none
   */
  record Key(String key, @SuppressWarnings("ArrayRecordComponent") byte[] value, long endMs)
      implements BackupRecord {}

  /**
   * A job. Those of one state of one queue come in the order in which they would be taken, or died.
   *
   * @param attempts how often it was taken
   * @param endMs when its lease or its delay ends, in milliseconds of the Unix epoch; else 0
   * @param lease what told its taking from others, where it runs; else 0
   * @param error why it is dead; else empty
   */
  record Job(
      String queue,
      State state,
      String id,
      String key,
      @SuppressWarnings("ArrayRecordComponent") byte[] payload,
      int attempts,
      long endMs,
      long lease,
      String error)
      implements BackupRecord {
    /** What a job is waiting for. */
    public enum State {
      /** A worker. */
      QUEUED,
      /** Its delay. */
      DELAYED,
      /** Its worker. */
      RUNNING,
      /** Nothing. */
      DEAD
    }
  }

  /**
   * The ledger.
   *
   * @param id {@link Ledger#id}
   * @param merged the ids of the ledgers whose bases are part of this one's
   */
  record LedgerState(String id, Set<String> merged) implements BackupRecord {
    /** Copies the set. */
    public LedgerState {
      merged = Set.copyOf(merged);
    }
  }

  /** A family of the ledger's base. */
  record Base(FamilyValues family) implements BackupRecord {}

  /**
   * A source that is not retired.
   *
   * @param publishedMs when it published, in milliseconds of the Unix epoch
   * @param leaseEndMs when anyone may retire it
   */
  record Source(
      String name, long version, long publishedMs, long leaseEndMs, List<FamilyValues> families)
      implements BackupRecord {
    /** Copies the list. */
    public Source {
      families = List.copyOf(families);
    }
  }

  /**
   * The name of a retired source.
   *
   * @param retiredMs when that was, in milliseconds of the Unix epoch
   * @param baseline {@link Ledger#baseline}; null where it had ended
   */
  record Tombstone(String name, long retiredMs, @Nullable List<FamilyValues> baseline)
      implements BackupRecord {
    /** Copies the list. */
    public Tombstone {
      baseline = baseline == null ? null : List.copyOf(baseline);
    }
  }

  /**
   * The last addition that a writer has made to a key. Written by stores that go on from their own
   * backups, and taken in by nobody else.
   *
   * @param number {@link KeyValues#increment(String, long, String, long)}
   * @param endMs until when it is remembered, in milliseconds of the Unix epoch
   */
  record Addition(String key, String writer, long number, long endMs) implements BackupRecord {}

  /**
   * A document.
   *
   * @param endMs when its time to live ends, as of a {@link Key}
   * @param places its place in each of its sets
   */
  record Document(
      String key,
      @SuppressWarnings("ArrayRecordComponent") byte[] value,
      long endMs,
      Map<String, Long> places)
      implements BackupRecord {
    /** Copies the map. */
    public Document {
      places = Map.copyOf(places);
    }
  }

  /** The latest number that a set has given a document. */
  record LatestNumber(String set, long number) implements BackupRecord {}
}
