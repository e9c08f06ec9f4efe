package io.tallystick.store.redis;

import io.tallystick.store.BackupRecord;
import io.tallystick.store.Deadline;
import io.tallystick.store.JobQueue;
import io.tallystick.store.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * A queue of a store in Redis. Each operation is a script on the queue's {@link QueueKeys keys},
 * which first queues what has waited or was leased for long enough. The set {@code P:queues} names
 * all queues.
 */
final class RedisJobQueue implements JobQueue {
  /** What a script is told that leaves jobs in their states, whose time may be over. */
  private static final byte[] UNMOVED = {};

  private final RedisStore store;
  private final String name;
  private final RetryPolicy policy;
  private final List<byte[]> keys;

  RedisJobQueue(RedisStore store, String name, RetryPolicy policy) {
    this.store = store;
    this.name = name;
    this.policy = policy;
    this.keys = new QueueKeys(store, name).all();
  }

  static byte[] namesKey(RedisStore store) {
    return Bytes.of(store.prefix() + ":queues");
  }

  private Request request(Script script, byte[]... arguments) {
    return requestOf(script, Bytes.of(policy.attempts()), arguments);
  }

  private Request requestOf(Script script, byte[] attempts, byte[]... arguments) {
    store.requireOpen();
    List<byte[]> all = new ArrayList<>();
    all.add(Bytes.of(store.nowMs()));
    all.add(attempts);
    all.addAll(List.of(arguments));
    return Request.of(script, keys, all);
  }

  private @Nullable Object run(Script script, byte[]... arguments) {
    return store.wire().ask(request(script, arguments));
  }

  @Override
  public boolean offer(String key, byte[] payload) {
    store.limits().checkKey(key);
    store.limits().checkValue(payload);
    return putNamed(request(Script.JOB_OFFER, Bytes.of(key), payload));
  }

  private boolean putNamed(Request request) {
    Request named = Request.of(Command.SADD, namesKey(store), Bytes.of(name));
    return Bytes.isTrue(store.wire().askAll(List.of(named, request)).get(1));
  }

  @Override
  public Optional<Job> take(Duration lease) {
    long endMs = Deadline.after(store.nowMs(), lease);
    List<@Nullable Object> job = Bytes.list(run(Script.JOB_TAKE, Bytes.of(endMs)));
    return job.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Job(
                Bytes.text(job.get(0)),
                Bytes.text(job.get(1)),
                Bytes.bytes(job.get(2)),
                (int) Bytes.number(job.get(3)),
                Bytes.number(job.get(4))));
  }

  @Override
  public boolean extend(Job job, Duration lease) {
    return release("extend", job, Deadline.after(store.nowMs(), lease), "");
  }

  @Override
  public boolean acknowledge(Job job) {
    return release("acknowledge", job, 0, "");
  }

  @Override
  public boolean retry(Job job, String error) {
    long endMs = Deadline.after(store.nowMs(), policy.delayAfter(job.attempt()));
    return release("retry", job, endMs, error);
  }

  private boolean release(String how, Job job, long endMs, String error) {
    return Bytes.isTrue(
        run(
            Script.JOB_RELEASE,
            Bytes.of(how),
            Bytes.of(job.key()),
            Bytes.of(job.lease()),
            Bytes.of(endMs),
            Bytes.of(error)));
  }

  @Override
  public Optional<State> state(String key) {
    store.limits().checkKey(key);
    String state = Bytes.text(run(Script.JOB_STATE, Bytes.of(key)));
    return state.isEmpty() ? Optional.empty() : Optional.of(State.valueOf(state));
  }

  @Override
  public Sizes sizes() {
    List<@Nullable Object> sizes = Bytes.list(run(Script.JOB_SIZES));
    return new Sizes(
        Bytes.number(sizes.get(0)),
        Bytes.number(sizes.get(1)),
        Bytes.number(sizes.get(2)),
        Bytes.number(sizes.get(3)));
  }

  @Override
  public List<DeadLetter> deadLetters(int limit) {
    List<DeadLetter> letters = new ArrayList<>();
    if (limit <= 0) {
      return letters;
    }
    for (Object reply : Bytes.list(run(Script.JOB_DEAD, Bytes.of(limit)))) {
      List<@Nullable Object> letter = Bytes.list(reply);
      letters.add(
          new DeadLetter(
              Bytes.text(letter.get(0)),
              Bytes.text(letter.get(1)),
              Bytes.bytes(letter.get(2)),
              (int) Bytes.number(letter.get(3)),
              Bytes.text(letter.get(4))));
    }
    return letters;
  }

  @Override
  public boolean requeue(String id) {
    return Bytes.isTrue(run(Script.JOB_REQUEUE, Bytes.of(id)));
  }

  @Override
  public boolean discard(String id) {
    return Bytes.isTrue(run(Script.JOB_DISCARD, Bytes.of(id)));
  }

  // ---- of all queues ----

  /** Those of the queues that have jobs, dead letters included; in one round trip. */
  static List<String> filled(RedisStore store, List<String> names) {
    List<@Nullable Object> numbers = store.wire().askAll(numbers(store, names));
    List<String> filled = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if (Bytes.isTrue(numbers.get(i))) {
        filled.add(names.get(i));
      }
    }
    return filled;
  }

  private static List<Request> numbers(RedisStore store, List<String> names) {
    List<Request> requests = new ArrayList<>();
    names.forEach(
        name -> requests.add(Request.of(Command.HLEN, new QueueKeys(store, name).keys())));
    return requests;
  }

  /** How many jobs queues have, and about how many bytes these take; in one round trip. */
  static Size size(RedisStore store, List<String> names) {
    List<Request> requests = numbers(store, names);
    for (String name : names) {
      byte[] payloads = new QueueKeys(store, name).payloads();
      requests.add(Request.keyless(Command.MEMORY, payloads, "USAGE", Bytes.text(payloads)));
    }
    List<@Nullable Object> replies = store.wire().askAll(requests);
    long jobs = 0;
    long bytes = 0;
    for (int i = 0; i < names.size(); i++) {
      jobs += Bytes.number(replies.get(i));
      Object taken = replies.get(names.size() + i);
      bytes += taken == null ? 0 : Bytes.number(taken);
    }
    return new Size(jobs, bytes);
  }

  /** How much there is. */
  record Size(long jobs, long bytes) {}

  // ---- backup ----

  /** All jobs at one moment, in the order of a backup. */
  List<BackupRecord.Job> toRecords() {
    List<BackupRecord.Job> records = new ArrayList<>();
    for (Object reply : Bytes.list(store.wire().ask(requestOf(Script.JOB_DUMP, UNMOVED)))) {
      List<@Nullable Object> job = Bytes.list(reply);
      records.add(
          new BackupRecord.Job(
              name,
              BackupRecord.Job.State.valueOf(Bytes.text(job.get(0))),
              Bytes.text(job.get(1)),
              Bytes.text(job.get(2)),
              Bytes.bytes(job.get(3)),
              (int) Bytes.number(job.get(4)),
              Bytes.number(job.get(5)),
              Bytes.number(job.get(6)),
              Bytes.text(job.get(7))));
    }
    return records;
  }

  /** Takes in a job, unless one of its key is here and neither is dead. */
  void restore(BackupRecord.Job job) {
    boolean unused =
        putNamed(
            requestOf(
                Script.JOB_RESTORE,
                UNMOVED,
                Bytes.of(job.state().name()),
                Bytes.of(job.key()),
                job.payload(),
                Bytes.of(job.attempts()),
                Bytes.of(job.endMs()),
                Bytes.of(job.error())));
  }
}
