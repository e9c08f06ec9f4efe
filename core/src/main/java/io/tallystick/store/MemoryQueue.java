package io.tallystick.store;

import io.tallystick.store.BackupRecord.Job;
import io.tallystick.store.BackupRecord.Job.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The jobs of one queue of a memory store, by state.
 *
 * <p>Threading: whoever holds its monitor. A queued job is found by its place in the row, a delayed
 * or running one by when that ends, a dead one by its id.
 */
final class MemoryQueue {
  private static final Pattern ID = Pattern.compile("[1-9][0-9]{0,17}");

  private final NavigableMap<Long, Entry> queued = new TreeMap<>();
  private final NavigableMap<End, Entry> delayed = new TreeMap<>();
  private final NavigableMap<End, Entry> running = new TreeMap<>();
  private final Map<String, Entry> dead = new LinkedHashMap<>();
  private final Map<String, Entry> byKey = new HashMap<>(); // that are not dead
  private long latest; // of the numbers that jobs, places and leases get

  /** Whether a text can be the id of a job. */
  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  long next() {
    return ++latest;
  }

  /** Puts a job behind those that are queued. */
  void enqueue(Entry entry) {
    entry.lease = 0;
    entry.endMs = 0;
    queued.put(next(), entry);
  }

  NavigableMap<Long, Entry> queued() {
    return queued;
  }

  NavigableMap<End, Entry> delayed() {
    return delayed;
  }

  NavigableMap<End, Entry> running() {
    return running;
  }

  Map<String, Entry> dead() {
    return dead;
  }

  Map<String, Entry> byKey() {
    return byKey;
  }

  synchronized long size() {
    return (long) byKey.size() + dead.size();
  }

  // ---- backup ----

  synchronized Set<String> deadKeys() {
    return dead.values().stream().map(entry -> entry.key).collect(Collectors.toSet());
  }

  synchronized List<Job> toRecords(String name) {
    List<Job> records = new ArrayList<>();
    queued.values().forEach(entry -> records.add(entry.toRecord(name, State.QUEUED)));
    delayed.values().forEach(entry -> records.add(entry.toRecord(name, State.DELAYED)));
    running.values().forEach(entry -> records.add(entry.toRecord(name, State.RUNNING)));
    dead.values().forEach(entry -> records.add(entry.toRecord(name, State.DEAD)));
    return records;
  }

  /**
   * Takes in a job; false where one of its key is here and neither is dead.
   *
   * @param resumes whether the job keeps its id, and its worker the lease
   */
  synchronized boolean restore(Job job, boolean resumes) {
    boolean isDead = job.state() == State.DEAD;
    if (!isDead && byKey.containsKey(job.key())) {
      return false;
    }
    if (resumes) {
      latest = Math.max(latest, Math.max(Long.parseLong(job.id()), job.lease()));
    }
    Entry entry = new Entry(resumes ? job.id() : Long.toString(next()), job.key(), job.payload());
    entry.attempts = job.attempts();
    entry.endMs = job.endMs();
    entry.error = job.error();
    switch (job.state()) {
      case QUEUED -> enqueue(entry);
      case DELAYED -> delayed.put(new End(entry.endMs, next()), entry);
      case RUNNING -> {
        entry.lease = resumes ? job.lease() : next();
        running.put(entry.end(), entry);
      }
      case DEAD -> dead.put(entry.id, entry);
    }
    if (!isDead) {
      byKey.put(entry.key, entry);
    }
    return true;
  }

  /** When a lease or a delay ends, and of those that end at once which comes first. */
  record End(long ms, long number) implements Comparable<End> {
    @Override
    public int compareTo(End other) {
      int byTime = Long.compare(ms, other.ms);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  /** A job; what changes of it changes with its state. */
  static final class Entry {
    final String id;
    final String key;
    final byte[] payload; // nobody changes it
    int attempts;
    long lease; // of who runs it, else 0
    long endMs; // of lease or delay, else 0
    String error = ""; // that made it a dead letter

    Entry(String id, String key, byte[] payload) {
      this.id = id;
      this.key = key;
      this.payload = payload;
    }

    End end() {
      return new End(endMs, lease);
    }

    Job toRecord(String queue, State state) {
      boolean ends = state == State.DELAYED || state == State.RUNNING;
      return new Job(
          queue,
          state,
          id,
          key,
          payload,
          attempts,
          ends ? endMs : 0,
          state == State.RUNNING ? lease : 0,
          state == State.DEAD ? error : "");
    }
  }
}
