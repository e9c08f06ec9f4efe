package io.tallystick.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * One connection to, or one opened file of, what keeps keys and values, jobs, metric state, and
 * documents.
 *
 * <p>{@link Stores#open} gets one. The facets share nothing but the store: a key is not a queue,
 * and a queue not a source. Threading: any, for the store and its facets, also while it is closed.
 */
public interface Store extends AutoCloseable {
  /** The keys and values. */
  KeyValues keyValues();

  /**
   * A queue, which is there once a job is offered. Those who use one queue pass one policy; that of
   * the caller who hands a job back, or finds its lease run out, is applied.
   *
   * @throws StoreException PERMANENT for a name beyond the {@link #limits}
   */
  JobQueue jobQueue(String name, RetryPolicy policy);

  /** A queue with the {@linkplain RetryPolicy#DEFAULT default policy}. */
  default JobQueue jobQueue(String name) {
    return jobQueue(name, RetryPolicy.DEFAULT);
  }

  /** The names of the queues that have jobs, dead letters included, sorted. */
  List<String> queues();

  /**
   * The documents.
   *
   * @throws StoreException PERMANENT where the store does not declare {@link Capability#DOCUMENTS}
   */
  default Documents documents() {
    throw new StoreException(
        StoreException.Category.PERMANENT, "store keeps no documents: store=" + this);
  }

  /** The metric state. */
  Ledger ledger();

  /** What the store promises beyond what all do. */
  Set<Capability> capabilities();

  /** How large keys and values may be. */
  Limits limits();

  /**
   * What the store says of itself; may count everything that it holds.
   *
   * @throws StoreException where it cannot be reached
   */
  StoreStats stats();

  /**
   * Returns where the store can be used.
   *
   * @throws StoreException where it cannot
   */
  void ping();

  /**
   * Writes all that the store holds to a file that any store restores: each key, each queue and the
   * ledger as it is at one moment, which need not be the same for all. The file is written aside
   * and takes its name last; one that is there is replaced.
   *
   * @throws StoreException PERMANENT where the file cannot be written
   */
  void backup(Path file);

  /**
   * Takes in a backup of any store. Times to live and leases end when they would have ended. Jobs
   * may get other ids, and those that were running, under leases that nobody has, run on until
   * these end.
   *
   * @throws StoreException CORRUPT where the file is damaged, PERMANENT where it cannot be read,
   *     was written by a newer version, or does not fit
   */
  void restore(Path file, RestoreMode mode);

  /**
   * Releases what the store holds. Calls that run end or fail; all later ones throw {@link
   * StoreException} PERMANENT, {@link #capabilities} and {@link #limits} excepted. May be called
   * again without harm.
   */
  @Override
  void close();
}
