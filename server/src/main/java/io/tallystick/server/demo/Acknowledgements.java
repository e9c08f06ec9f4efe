package io.tallystick.server.demo;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What clients know of their requests: how many of each path they sent, and how many were answered.
 *
 * <p>A request that was sent and not answered may have been counted by its worker or not.
 *
 * <p>Threading: any thread.
 */
final class Acknowledgements {
  private final Map<String, PathTally> tallies = new TreeMap<>();
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();

  Acknowledgements(Collection<String> paths) {
    paths.forEach(path -> tallies.put(path, new PathTally()));
  }

  /** The requests of each path, in the order of the paths. */
  Map<String, PathTally> tallies() {
    return tallies;
  }

  /** Notes something that no kill explains. */
  void fault(String what) {
    faults.add(what);
  }

  List<String> faults() {
    return List.copyOf(faults);
  }

  /** The requests of one path. */
  static final class PathTally {
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();

    /** Notes a request that is about to be sent. */
    void send() {
      sent.incrementAndGet();
    }

    /** Notes that a request was answered with 200. */
    void acknowledge() {
      acknowledged.incrementAndGet();
    }

    long acknowledged() {
      return acknowledged.get();
    }

    /** Requests that were sent and not answered; exact once no client runs. */
    long unanswered() {
      return sent.get() - acknowledged.get();
    }
  }
}
