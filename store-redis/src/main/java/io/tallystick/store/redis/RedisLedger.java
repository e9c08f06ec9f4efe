package io.tallystick.store.redis;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.redis.LedgerFolder.Task;
import io.tallystick.store.redis.LedgerReader.Sources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * The ledger of a store in Redis. {@link LedgerKeys} has its keys.
 *
 * <p>A retirement is begun with the source, then each of its families is folded, then it ends with
 * the source: whoever is killed in between, the next one to ask goes on with it. From its beginning
 * on the source is refused.
 */
final class RedisLedger implements Ledger {
  /** How a source is retired whose lease has run out: it has a baseline. */
  static final String CUT_OFF = "expired";

  /** How a source is retired that has ended. */
  private static final String ENDED = "ended";

  /** How a retirement goes on, and nothing where there is none. */
  private static final String RESUMED = "resumed";

  private static final int MOST_TRIES = 100;

  private final RedisStore store;
  private final LedgerKeys keys;
  private final LedgerPublisher publisher;
  private final LedgerReader reader;
  private final LedgerFolder folder;

  RedisLedger(RedisStore store) {
    this.store = store;
    this.keys = new LedgerKeys(store.prefix());
    this.publisher = new LedgerPublisher(store, keys);
    this.reader = new LedgerReader(store, keys);
    this.folder = new LedgerFolder(store);
  }

  LedgerKeys keys() {
    return keys;
  }

  LedgerReader reader() {
    return reader;
  }

  LedgerFolder folder() {
    return folder;
  }

  LedgerPublisher publisher() {
    return publisher;
  }

  @Override
  public String id() {
    store.requireOpen();
    Object known = store.wire().ask(Request.of(Command.GET, keys.id()));
    if (known == null) {
      byte[] random = Bytes.of(UUID.randomUUID().toString());
      byte[] life = Bytes.of(store.timeToLiveMs());
      Request set =
          Request.of(Command.SET, keys.id(), random, Bytes.of("NX"), Bytes.of("PX"), life);
      List<Request> both = List.of(set, Request.of(Command.GET, keys.id()));
      known = store.wire().askAll(both).get(1);
    }
    return Bytes.text(known);
  }

  @Override
  public Result publish(Publication publication) {
    store.requireOpen();
    String source = store.limits().checkKey(publication.source());
    Result result = publisher.publish(publication);
    if (result == null) { // whose retirement somebody has begun, and may not end
      boolean unused = retire(source, RESUMED);
      return Result.RETIRED;
    }
    return result;
  }

  @Override
  public boolean retire(String source) {
    store.requireOpen();
    return retire(store.limits().checkKey(source), ENDED);
  }

  /** Retires a source, or goes on with that; false where there is none, or others were first. */
  boolean retire(String source, String how) {
    List<byte[]> keysOfSource = new ArrayList<>(keys.ofSource(source));
    keysOfSource.add(keys.epoch());
    byte[] timeToLive = Bytes.of(store.timeToLiveMs());
    List<byte[]> arguments =
        List.of(Bytes.of(source), Bytes.of(how), Bytes.of(store.nowMs()), timeToLive);
    List<@Nullable Object> begun =
        Bytes.list(store.wire().ask(Request.of(Script.SOURCE_RETIRE, keysOfSource, arguments)));
    if (begun.isEmpty()) {
      return false;
    }
    boolean keepsBaseline = Bytes.text(begun.get(0)).equals(CUT_OFF);
    List<Task> tasks = new ArrayList<>();
    for (Object name : Bytes.list(begun.get(1))) {
      tasks.add(Task.ofSource(keys.family(Bytes.text(name)), source, keepsBaseline));
    }
    folder.fold(tasks);
    publisher.forget(source);
    return end(source);
  }

  /** Ends a retirement and forgets those of more than a day ago. */
  private boolean end(String source) {
    List<byte[]> all = new ArrayList<>(keys.ofSource(source));
    all.add(keys.epoch());
    all.add(keys.cut());
    long nowMs = store.nowMs();
    List<byte[]> arguments =
        List.of(
            Bytes.of(source),
            Bytes.of(nowMs),
            Bytes.of(nowMs - LedgerFolder.TOMBSTONE_MS),
            Bytes.of(store.timeToLiveMs()),
            LedgerFolder.BASELINE_KEPT_MS);
    return Bytes.isTrue(store.wire().ask(Request.of(Script.SOURCE_RETIRED, all, arguments)));
  }

  @Override
  public List<String> retireExpired() {
    store.requireOpen();
    long nowMs = store.nowMs();
    Sources sources = reader.sources();
    List<String> retired = new ArrayList<>();
    for (String source : sources.expired(nowMs)) {
      if (retire(source, CUT_OFF)) {
        retired.add(source);
      }
    }
    boolean isOld =
        sources.retired().values().stream()
            .anyMatch(retiredMs -> retiredMs <= nowMs - LedgerFolder.TOMBSTONE_MS);
    if (isOld) {
      boolean unused = end("");
    }
    return retired;
  }

  @Override
  public Optional<List<FamilyValues>> baseline(String source) {
    store.requireOpen();
    store.limits().checkKey(source);
    Sources sources = reader.sources();
    if (sources.retiring().contains(source)) {
      boolean unused = retire(source, RESUMED);
      sources = reader.sources();
    }
    return sources.cut().contains(source) ? Optional.of(reader.baseline(source)) : Optional.empty();
  }

  @Override
  public List<Source> sources() {
    store.requireOpen();
    return reader.sources().live();
  }

  @Override
  public List<FamilyValues> read() {
    store.requireOpen();
    return reader.read();
  }

  /** Runs something that reads all of the ledger while no source is being retired. */
  Snapshot snapshot() {
    for (int i = 0; i < MOST_TRIES; i++) {
      Sources before = reader.sources();
      for (String source : before.retiring()) {
        boolean unused = retire(source, RESUMED);
      }
      if (before.retiring().isEmpty()) {
        List<LedgerReader.Content> contents = reader.contents();
        Sources after = reader.sources();
        if (after.retiring().isEmpty() && after.epoch().equals(before.epoch())) {
          return new Snapshot(before, contents);
        }
      }
    }
    throw new StoreException(
        Category.TRANSIENT, "sources are retired all the time: tries=" + MOST_TRIES);
  }

  /** A ledger as a backup has it. */
  record Snapshot(Sources sources, List<LedgerReader.Content> contents) {}
}
