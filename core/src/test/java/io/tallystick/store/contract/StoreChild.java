package io.tallystick.store.contract;

import static io.tallystick.store.contract.Families.all;
import static io.tallystick.store.contract.Families.count;
import static io.tallystick.store.contract.Families.counter;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.JobQueue.Sizes;
import io.tallystick.store.Ledger;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import io.tallystick.testing.Parent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that uses a store until it is killed. It says a line for what it has done, once that is
 * acknowledged.
 */
final class StoreChild {
  static final int ADDITIONS = 50;
  static final String QUEUE = "jobs";
  static final Duration LEASE = Duration.ofSeconds(1);
  static final RetryPolicy POLICY =
      new RetryPolicy(Integer.MAX_VALUE, Duration.ofMillis(1), Duration.ofMillis(1));

  private static final long PAUSE_NS = 20_000_000;

  /** So that there is work left for the workers that come after one that is killed. */
  private static final long PAUSE_BETWEEN_JOBS_NS = 1_000_000;

  private StoreChild() {}

  enum Task {
    ECHO,
    ADD,
    PUT,
    OFFER,
    WORK,
    WORK_TO_THE_END,
    PUBLISH
  }

  /** When a process opens the store; all but the first wait for a line before they work. */
  enum Opening {
    AT_ONCE,
    WHEN_TOLD,
    /** It has the store open while others work and are killed. */
    AHEAD,
    /** It has opened and closed the store before it is told, and opens it anew then. */
    TWICE
  }

  public static void main(String[] args) throws IOException {
    Parent.endWithIt();
    Opening opening = Opening.valueOf(args[3]);
    if (opening == Opening.TWICE) {
      Stores.open(args[0]).close();
    }
    if (opening == Opening.TWICE || opening == Opening.WHEN_TOLD) {
      awaitLine();
    }
    try (Store store = Stores.open(args[0])) {
      if (opening == Opening.AHEAD) {
        awaitLine();
      }
      perform(Task.valueOf(args[1]), store, "child" + args[2] + "-");
    }
  }

  private static void awaitLine() throws IOException {
    int next = System.in.read();
    while (next != '\n' && next >= 0) {
      next = System.in.read();
    }
  }

  private static void perform(Task task, Store store, String name) throws IOException {
    switch (task) {
      case ECHO -> echo(store);
      case ADD -> add(store);
      case PUT -> put(store, name);
      case OFFER -> offer(store, name);
      case WORK -> work(store, false);
      case WORK_TO_THE_END -> work(store, true);
      case PUBLISH -> publish(store, name);
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private static void echo(Store store) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    while (lines.readLine() != null) {
      store.keyValues().put("answered", store.keyValues().get("asked").orElseThrow());
      say("done");
    }
  }

  private static void add(Store store) {
    for (int i = 0; i < ADDITIONS; i++) {
      store.keyValues().increment("sum", 1);
    }
  }

  private static void put(Store store, String name) {
    for (int i = 0; ; i++) {
      store.keyValues().put(name + i, new byte[100]);
      say(name + i);
    }
  }

  private static void offer(Store store, String name) {
    JobQueue queue = store.jobQueue(QUEUE, POLICY);
    for (int i = 0; ; i++) {
      queue.offer(name + i, new byte[100]);
      say(name + i);
    }
  }

  private static void work(Store store, boolean toTheEnd) {
    JobQueue queue = store.jobQueue(QUEUE, POLICY);
    while (!toTheEnd || !queue.sizes().equals(new Sizes(0, 0, 0, 0))) {
      long beforeMs = System.currentTimeMillis();
      Optional<Job> job = queue.take(LEASE);
      if (job.isEmpty()) {
        LockSupport.parkNanos(PAUSE_NS);
        continue;
      }
      String key = job.get().key();
      say("took " + key + " " + beforeMs + " " + System.currentTimeMillis());
      say("ends " + key);
      if (queue.acknowledge(job.get())) {
        say("done " + key);
      }
      if (!toTheEnd) {
        LockSupport.parkNanos(PAUSE_BETWEEN_JOBS_NS);
      }
    }
  }

  private static void publish(Store store, String name) {
    Ledger ledger = store.ledger();
    for (int i = 0; ; i++) {
      ledger.publish(all(name + i, 1, counter(count(name + i, 1))));
      say(name + i);
      if (i % 2 == 0) {
        ledger.retire(name + i);
      }
    }
  }
}
