package io.tallystick.store.redis;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import io.tallystick.store.redis.LedgerFolder.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
  private static final String CUT_OFF = "expired";

  /** The same, though its lease has not run out. */
  static final String BURIED = "buried";

  /** How a source is retired that has ended. */
  private static final String ENDED = "ended";

  /** How a retirement goes on, and nothing where there is none. */
  private static final String RESUMED = "resumed";

  /** What is known of the baseline of a source that has ended. */
  static final String NO_BASELINE = "-";

  private static final int MOST_TRIES = 100;

  private final RedisStore store;
  private final LedgerKeys keys;
  private final LedgerIndex index;
  private final LedgerPublisher publisher;
  private final LedgerReader reader;
  private final LedgerFolder folder;
  private final LedgerUpkeep upkeep;

  RedisLedger(RedisStore store) {
    this.store = store;
    this.keys = new LedgerKeys(store.prefix());
    this.index = new LedgerIndex(store, keys);
    this.publisher = new LedgerPublisher(store, keys, index);
    this.reader = new LedgerReader(store, keys, index);
    this.folder = new LedgerFolder(store);
    this.upkeep = new LedgerUpkeep(store, keys, index, reader, folder);
  }

  LedgerIndex index() {
    return index;
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
    List<@Nullable Object> known =
        store
            .wire()
            .askEach(
                List.of(
                    Request.of(Command.GET, keys.id()),
                    Request.of(Command.GET, keys.idCopy()),
                    ServerRun.toAsk(keys)));
    known.subList(0, 2).forEach(Wire::orThrow);
    publisher.requireSameRun(ServerRun.id(known.get(2)));
    if (known.get(0) != null) {
      if (known.get(1) == null) {
        copyId(known.get(0));
      }
      return Bytes.text(known.get(0));
    }
    if (known.get(1) != null) {
      // all about sources is lost, and families are not: nobody may take that for an empty ledger
      upkeep.adoptAll();
    }
    Object id = known.get(1) == null ? Bytes.of(UUID.randomUUID().toString()) : known.get(1);
    List<Request> both = List.of(setId(keys.id(), id), Request.of(Command.GET, keys.id()));
    Object set = store.wire().askAll(both).get(1);
    copyId(set);
    return Bytes.text(set);
  }

  private Request setId(byte[] key, @Nullable Object id) {
    byte[] life = Bytes.of(store.timeToLiveMs());
    return Request.of(Command.SET, key, Bytes.bytes(id), Bytes.of("NX"), Bytes.of("PX"), life);
  }

  private void copyId(@Nullable Object id) {
    try {
      Object unused = store.wire().ask(setId(keys.idCopy(), id));
    } catch (StoreException e) {
      // a replica, or one who may only read; a publisher makes it
    }
  }

  @Override
  public Result publish(Publication publication) {
    store.requireOpen();
    String source = store.limits().checkKey(publication.source());
    Result result = publisher.publish(publication);
    if (result == null) { // whose retirement somebody has begun, and may not end
      boolean unused = retire(source, BURIED);
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
    List<byte[]> arguments =
        List.of(
            Bytes.of(source),
            Bytes.of(how),
            Bytes.of(store.nowMs()),
            Bytes.of(store.timeToLiveMs()));
    List<byte[]> keysOfSource = keys.ofSource(source, keys.epoch(), keys.familiesCopy());
    List<@Nullable Object> begun =
        Bytes.list(store.wire().ask(Request.of(Script.SOURCE_RETIRE, keysOfSource, arguments)));
    if (begun.isEmpty()) {
      return false;
    }
    boolean keepsBaseline = Bytes.text(begun.get(0)).equals(CUT_OFF);
    Set<String> names = LedgerIndex.names(begun.subList(1, 2));
    if (!names.remove("")) { // Redis has lost what families it had
      names.addAll(index.names());
      noteFamilies(source, names);
    }
    List<Task> tasks = new ArrayList<>();
    names.forEach(name -> tasks.add(Task.ofSource(keys.family(name), source, keepsBaseline)));
    int baselines = folder.fold(tasks);
    publisher.forget(source);
    return end(source, baselines);
  }

  private void noteFamilies(String source, Set<String> names) {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(Bytes.of(store.timeToLiveMs()));
    arguments.addAll(List.of(Bytes.of(""), Bytes.of(1)));
    names.forEach(name -> arguments.addAll(List.of(Bytes.of(name), Bytes.of("-"))));
    Object unused =
        store.wire().ask(Request.of(Script.INDEX_PUT, List.of(keys.familiesOf(source)), arguments));
  }

  /** Ends a retirement and forgets those of more than a day ago. */
  private boolean end(String source, int baselines) {
    long nowMs = store.nowMs();
    List<byte[]> arguments =
        List.of(
            Bytes.of(source),
            Bytes.of(nowMs),
            Bytes.of(nowMs - LedgerFolder.TOMBSTONE_MS),
            Bytes.of(store.timeToLiveMs()),
            Bytes.of(baselines));
    List<byte[]> keysOfSource = keys.ofSource(source, keys.epoch());
    List<@Nullable Object> ended =
        Bytes.list(store.wire().ask(Request.of(Script.SOURCE_RETIRED, keysOfSource, arguments)));
    List<@Nullable Object> forgotten = Bytes.list(ended.get(1));
    if (!forgotten.isEmpty()) {
      forget(forgotten.stream().map(Bytes::text).toList());
    }
    return Bytes.isTrue(ended.get(0));
  }

  /** Removes the baselines of sources whose names are forgotten. */
  private void forget(List<String> sources) {
    List<Request> requests = new ArrayList<>();
    sources.forEach(name -> requests.add(Request.of(Command.HKEYS, keys.familiesOf(name))));
    List<@Nullable Object> families = store.wire().askEach(requests);
    requests.clear();
    for (int i = 0; i < sources.size(); i++) {
      String source = sources.get(i);
      for (String name : LedgerIndex.names(families.subList(i, i + 1))) {
        requests.add(Request.of(Command.UNLINK, keys.family(name).baseline(source)));
      }
      requests.add(Request.of(Command.UNLINK, keys.familiesOf(source)));
    }
    List<@Nullable Object> unused = store.wire().askAll(requests);
  }

  /**
   * Retires what is due. One that cannot be retired now keeps no other from it: its error is thrown
   * once all others are.
   */
  @Override
  public List<String> retireExpired() {
    store.requireOpen();
    upkeep.run();
    long nowMs = store.nowMs();
    List<byte[]> arguments = List.of(Bytes.of(nowMs), Bytes.of(nowMs - LedgerFolder.TOMBSTONE_MS));
    List<@Nullable Object> expired =
        Bytes.list(
            store.wire().ask(Request.of(Script.SOURCE_EXPIRED, keys.ofSource(""), arguments)));
    List<String> retired = new ArrayList<>();
    StoreException first = null;
    for (String source : LedgerIndex.names(expired.subList(0, 1))) {
      try {
        if (retire(source, CUT_OFF)) {
          retired.add(source);
        }
      } catch (StoreException e) {
        first = first == null ? e : first;
      }
    }
    if (Bytes.isTrue(expired.get(1))) {
      boolean unused = end("", 0);
    }
    if (first != null) {
      throw first;
    }
    return retired;
  }

  @Override
  public Optional<List<FamilyValues>> baseline(String source) {
    store.requireOpen();
    byte[] field = Bytes.of(store.limits().checkKey(source));
    Request asksHow = Request.of(Command.HEXISTS, keys.retiring(), field);
    if (Bytes.isTrue(store.wire().ask(asksHow))) {
      boolean unused = retire(source, RESUMED);
    }
    List<@Nullable Object> replies =
        store
            .wire()
            .askAll(
                List.of(
                    Request.of(Command.HGET, keys.cut(), field),
                    Request.of(Command.HKEYS, keys.familiesOf(source)),
                    Request.of(Command.ZSCORE, keys.retired(), field)));
    String cut = replies.get(0) == null ? "" : Bytes.text(replies.get(0));
    if (cut.equals(NO_BASELINE) || (cut.isEmpty() && replies.get(2) == null)) {
      return Optional.empty();
    }
    Set<String> names = LedgerIndex.names(replies.subList(1, 2));
    if (names.isEmpty() && !cut.equals("0")) {
      names = index.names(); // the list of its families is lost, and they may be there
    }
    return Optional.of(reader.baseline(source, names, cut));
  }

  @Override
  public List<Source> sources() {
    store.requireOpen();
    return reader.live().live();
  }

  @Override
  public LedgerParts parts(Set<String> without) {
    store.requireOpen();
    return reader.parts(without);
  }

  /** Runs something that reads all of the ledger while no source is being retired. */
  Snapshot snapshot() {
    for (int i = 0; i < MOST_TRIES; i++) {
      LedgerSources before = reader.sources();
      for (String source : before.retiring()) {
        boolean unused = retire(source, RESUMED);
      }
      if (before.retiring().isEmpty()) {
        List<LedgerContent> contents = reader.contents();
        LedgerSources after = reader.sources();
        if (after.retiring().isEmpty() && after.epoch().equals(before.epoch())) {
          return new Snapshot(before, contents);
        }
      }
    }
    throw StoreException.refusal("sources are retired all the time: tries=" + MOST_TRIES);
  }

  /** A ledger as a backup has it. */
  record Snapshot(LedgerSources sources, List<LedgerContent> contents) {}
}
