package io.tallystick.store.redis;

import io.tallystick.python.DistributedField;
import io.tallystick.python.PythonKey;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.FamilyType;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * What gunicorn-prometheus-exporter keeps in the same Redis: read, and never written.
 *
 * <p>A daemon thread finds its keys with {@code SCAN}, again and again, which no reading waits for
 * but the first one. A reading asks once for what is known then. Counters, histograms and summaries
 * whose keys have expired, or were begun anew, keep what they had for as long as this is open; of
 * processes that are gone for a day, their sum is kept. Threading: any; readings wait for each
 * other.
 */
public final class GunicornKeys implements AutoCloseable {
  private static final Duration SCAN_EVERY = Duration.ofSeconds(10);
  private static final long REMEMBERED_MS = Duration.ofDays(1).toMillis();
  private static final byte[] VALUE = Bytes.of("value");
  private static final byte[] WRITTEN = Bytes.of("timestamp");
  private static final byte[] KEY = Bytes.of("original_key");

  private final RedisStore store;
  private final String prefix;
  private final ScheduledExecutorService scanner =
      Executors.newSingleThreadScheduledExecutor(GunicornKeys::daemon);
  private final Map<String, PythonKey> byDigest = new HashMap<>(); // guarded by this
  private final Map<GunicornKey, GunicornSample> samples = new LinkedHashMap<>(); // by this too
  private volatile @Nullable Set<GunicornKey> found;

  GunicornKeys(RedisStore store, String prefix) {
    if (prefix.isEmpty()) {
      throw new IllegalArgumentException("prefix is empty: prefix=");
    }
    this.store = store;
    this.prefix = prefix;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(null, task, "tallystick-gunicorn-keys", 0, false);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * What all processes have now, each a source with the prefix as its name.
   *
   * @throws StoreException where Redis cannot be read
   */
  public synchronized List<LedgerParts.Part> read() {
    Set<GunicornKey> known = found;
    if (known == null) {
      known = scan();
      long everyMs = SCAN_EVERY.toMillis();
      var unused =
          scanner.scheduleWithFixedDelay(this::scanAgain, everyMs, everyMs, TimeUnit.MILLISECONDS);
    }
    long nowMs = store.nowMs();
    see(List.copyOf(known), nowMs);
    foldGone(nowMs);
    Map<String, GunicornFamilies> byPid = new TreeMap<>();
    samples.forEach(
        (name, sample) -> {
          if (sample.isShown() || sample.isPart()) {
            byPid.computeIfAbsent(name.pid(), GunicornFamilies::new).add(name, sample);
          }
        });
    List<LedgerParts.Part> parts = new ArrayList<>();
    byPid.values().forEach(families -> addParts(families.toFamilies(), nowMs, parts));
    return parts;
  }

  /** A source has each series once; the exporter may have it twice, with two helps. */
  private void addParts(List<FamilyValues> families, long nowMs, List<LedgerParts.Part> parts) {
    families.forEach(
        family -> parts.add(new LedgerParts.Part(prefix, true, nowMs, List.of(family))));
  }

  private void scanAgain() {
    try {
      Set<GunicornKey> unused = scan();
    } catch (StoreException e) {
      return; // a reading says so
    }
  }

  /** Finds the keys; what is found more than once is there once. */
  Set<GunicornKey> scan() {
    if (store.servers().isCluster()) {
      throw new StoreException(
          Category.PERMANENT, "keys of gunicorn are not looked for in a Cluster: server=" + store);
    }
    byte[] pattern = Bytes.of(prefix.replaceAll("[\\\\*?\\[\\]]", "\\\\$0") + ":*:m*:*");
    Set<GunicornKey> keys = new LinkedHashSet<>();
    byte[] cursor = Bytes.of(0);
    do {
      List<@Nullable Object> page =
          Bytes.list(
              store
                  .wire()
                  .ask(
                      Request.of(
                          Command.SCAN,
                          cursor,
                          Bytes.of("MATCH"),
                          pattern,
                          Bytes.of("COUNT"),
                          Bytes.of(1_000))));
      for (Object name : Bytes.list(page.get(1))) {
        GunicornKey key = GunicornKey.parse(prefix, Bytes.text(name));
        if (key != null) {
          keys.add(key);
        }
      }
      cursor = Bytes.bytes(page.get(0));
    } while (!Bytes.text(cursor).equals("0"));
    found = keys;
    return keys;
  }

  private void see(List<GunicornKey> known, long nowMs) {
    samples.values().forEach(GunicornSample::miss);
    List<Request> requests = new ArrayList<>();
    known.forEach(
        key ->
            requests.add(Request.of(Command.HMGET, Bytes.of(key.metric(prefix)), VALUE, WRITTEN)));
    List<GunicornKey> unknown =
        known.stream().filter(key -> !byDigest.containsKey(key.digest())).toList();
    unknown.forEach(key -> requests.add(Request.of(Command.HGET, Bytes.of(key.meta(prefix)), KEY)));
    List<@Nullable Object> replies = store.wire().askEach(requests);
    for (int i = 0; i < unknown.size(); i++) {
      learn(unknown.get(i).digest(), orNothing(replies.get(known.size() + i)));
    }
    for (int i = 0; i < known.size(); i++) {
      PythonKey meaning = byDigest.get(known.get(i).digest());
      if (meaning != null) { // else its description has expired, and nobody else has it
        FamilyType type = known.get(i).type();
        see(
            samples.computeIfAbsent(known.get(i), k -> new GunicornSample(type, meaning)),
            orNothing(replies.get(i)),
            nowMs);
      }
    }
  }

  private static @Nullable Object orNothing(@Nullable Object reply) {
    if (reply instanceof StoreException e) {
      if (e.category() == Category.TRANSIENT) {
        throw e;
      }
      return null; // something else is under this name: it costs only itself
    }
    return reply;
  }

  private void learn(String digest, @Nullable Object text) {
    if (text != null) {
      try {
        byDigest.put(digest, PythonKey.parse(Bytes.bytes(text)));
      } catch (CorruptFileException e) {
        return; // it is left out
      }
    }
  }

  private static void see(GunicornSample sample, @Nullable Object reply, long nowMs) {
    Double value = reply == null ? null : number(Bytes.list(reply).get(0));
    if (value == null) {
      sample.see(nowMs);
    } else {
      Double written = number(Bytes.list(reply).get(1));
      sample.see(value, written == null ? 0 : written, nowMs);
    }
  }

  private static @Nullable Double number(@Nullable Object reply) {
    try {
      return reply == null ? null : DistributedField.value(Bytes.text(reply));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Of processes that have been gone for a day only what they counted together is kept. */
  private void foldGone(long nowMs) {
    List<GunicornKey> gone = new ArrayList<>();
    samples.forEach(
        (key, sample) -> {
          if (!key.pid().isEmpty() && sample.seenMs() <= nowMs - REMEMBERED_MS) {
            gone.add(key);
          }
        });
    for (GunicornKey key : gone) {
      GunicornSample sample = samples.remove(key);
      if (sample != null && key.type() != FamilyType.GAUGE) {
        samples
            .computeIfAbsent(key.ofTheGone(), k -> new GunicornSample(k.type(), sample.key()))
            .add(sample);
      }
    }
  }

  /** Ends the thread. */
  @Override
  public void close() {
    scanner.shutdownNow();
  }
}
