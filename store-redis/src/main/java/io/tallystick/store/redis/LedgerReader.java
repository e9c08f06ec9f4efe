package io.tallystick.store.redis;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.redis.LedgerKeys.Family;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * Reads a ledger, and writes nothing, so that a replica can be asked. Three round trips, whatever
 * there is: the sources and the names of the families; who has published which; and their series,
 * those of the sources of a family before its base, with which goes who is not folded into it. A
 * source that is retired meanwhile is in one of the two.
 *
 * <p>A base is read with plain commands, for which nobody waits long, and read again where a source
 * was folded into it between them; after some tries by a script.
 */
final class LedgerReader {
  private static final byte[] SCORES = Bytes.of("WITHSCORES");
  private static final int MOST_TRIES = 4;

  private final RedisStore store;
  private final LedgerKeys keys;
  private final LedgerIndex index;

  LedgerReader(RedisStore store, LedgerKeys keys, LedgerIndex index) {
    this.store = store;
    this.keys = keys;
    this.index = index;
  }

  /** A hash as texts; empty where the key is of another kind. */
  static SortedMap<String, String> hash(@Nullable Object reply) {
    SortedMap<String, String> hash = new TreeMap<>();
    List<@Nullable Object> fields = LedgerIndex.listOr(reply);
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      hash.put(Bytes.text(fields.get(i)), Bytes.text(fields.get(i + 1)));
    }
    return hash;
  }

  /** All about sources at one moment. */
  LedgerSources sources() {
    Request request = Request.of(Script.SOURCE_LIST, keys.ofAllSources(), List.of());
    return LedgerSources.all(Bytes.list(store.wire().ask(request)));
  }

  /** The sources that are not retired, at one moment. */
  LedgerSources live() {
    Request request =
        Request.of(Script.SOURCE_LIVE, List.of(keys.sources(), keys.versions()), List.of());
    return LedgerSources.live(Bytes.list(store.wire().ask(request)));
  }

  LedgerParts parts(Set<String> without) {
    List<Request> requests = new ArrayList<>(index.toRead());
    requests.add(Request.of(Command.ZRANGE, keys.sources(), Bytes.of(0), Bytes.of(-1), SCORES));
    List<@Nullable Object> replies = store.wire().askEach(requests);
    LedgerSources sources =
        LedgerSources.live(List.of(LedgerIndex.listOr(replies.get(2)), List.of()));
    List<LedgerContent> contents = contents(LedgerIndex.names(replies.subList(0, 2)), without);
    long nowMs = store.nowMs();
    List<LedgerParts.Part> parts = new ArrayList<>();
    Map<String, Published> bySource = new TreeMap<>();
    for (LedgerContent content : contents) {
      content.base(nowMs).forEach(family -> parts.add(LedgerParts.Part.ofBase(List.of(family))));
      content
          .headers()
          .forEach(
              (source, header) -> {
                if (!without.contains(source)) {
                  Published published = bySource.computeIfAbsent(source, s -> new Published());
                  published.add(header, content.ofSource(source));
                }
              });
    }
    bySource.forEach(
        (source, published) -> {
          boolean lives = sources.leaseEndMs(source, published.leaseEndMs) > nowMs;
          parts.add(new LedgerParts.Part(source, lives, published.publishedMs, published.families));
        });
    return new LedgerParts(nowMs, parts);
  }

  /** All families that the index names. */
  List<LedgerContent> contents() {
    return contents(index.names(), Set.of());
  }

  /** Families as they are, but for some sources. */
  private List<LedgerContent> contents(Collection<String> names, Set<String> without) {
    List<LedgerContent> contents = new ArrayList<>();
    List<Request> requests = new ArrayList<>();
    for (LedgerContent each : withHeaders(names)) {
      List<String> sources = new ArrayList<>(each.headers().keySet());
      sources.removeAll(without);
      sources.forEach(
          source -> requests.add(Request.of(Command.HGETALL, each.keys().series(source))));
      requests.addAll(each.keys().toRead());
      contents.add(each.reading(sources));
    }
    List<@Nullable Object> replies = store.wire().askEach(requests);
    int at = 0;
    for (LedgerContent content : contents) {
      at = content.take(replies, at);
    }
    for (int tries = 1; ; tries++) {
      List<LedgerContent> again = contents.stream().filter(c -> !c.isOfOneMoment()).toList();
      if (again.isEmpty()) {
        return contents;
      }
      boolean isLast = tries == MOST_TRIES;
      readBases(
          again,
          isLast ? Family::toReadAtOnce : Family::toRead,
          isLast ? LedgerContent::takeBaseOfOneMoment : LedgerContent::takeBase);
    }
  }

  /** Reads bases again; of the sources, what was read before is true of all that are not folded. */
  private void readBases(
      List<LedgerContent> contents,
      Function<Family, List<Request>> asks,
      BiConsumer<LedgerContent, List<@Nullable Object>> takes) {
    List<Request> requests = new ArrayList<>();
    contents.forEach(content -> requests.addAll(asks.apply(content.keys())));
    List<@Nullable Object> replies = store.wire().askEach(requests);
    int each = requests.size() / contents.size();
    for (int i = 0; i < contents.size(); i++) {
      takes.accept(contents.get(i), replies.subList(i * each, (i + 1) * each));
    }
  }

  /** Families of which only the headers of their sources are known. */
  List<LedgerContent> withHeaders(Collection<String> names) {
    List<Family> families = names.stream().map(keys::family).toList();
    List<Request> requests = new ArrayList<>();
    families.forEach(family -> requests.add(Request.of(Command.HGETALL, family.live())));
    List<@Nullable Object> replies = store.wire().askEach(requests);
    List<LedgerContent> contents = new ArrayList<>();
    for (int i = 0; i < families.size(); i++) {
      contents.add(new LedgerContent(families.get(i), hash(replies.get(i))));
    }
    return contents;
  }

  /**
   * What a source had when it was cut off.
   *
   * @param names its families
   * @param hashes how many of them have something
   * @throws StoreException CORRUPT where Redis has not all of it any more: who went on from less
   *     would count twice; TRANSIENT where it has changed meanwhile
   */
  List<FamilyValues> baseline(String source, Collection<String> names, String hashes) {
    List<Family> families = names.stream().map(keys::family).toList();
    List<Request> requests = new ArrayList<>();
    families.forEach(family -> requests.add(Request.of(Command.HGETALL, family.baseline(source))));
    List<@Nullable Object> replies = store.wire().askEach(requests);
    List<FamilyValues> values = new ArrayList<>();
    long found = 0;
    for (int i = 0; i < families.size(); i++) {
      List<@Nullable Object> fields = LedgerIndex.listOr(replies.get(i));
      found += fields.isEmpty() ? 0 : 1;
      values.addAll(FamilyFields.families(families.get(i).key(), fields));
    }
    if (!hashes.equals(Long.toString(found))) {
      Object now = store.wire().ask(Request.of(Command.HGET, keys.cut(), Bytes.of(source)));
      boolean isSame = hashes.equals(now == null ? "" : Bytes.text(now));
      throw new StoreException(
          isSame ? Category.CORRUPT : Category.TRANSIENT, // lost all just now, or took something in
          "Redis has lost what a source had when it was cut off: source="
              + source
              + " families="
              + hashes
              + " left="
              + found);
    }
    return values;
  }

  /** What a source has published. */
  private static final class Published {
    private final List<FamilyValues> families = new ArrayList<>();
    private long publishedMs;
    private long leaseEndMs;

    void add(LedgerHeader header, List<FamilyValues> values) {
      families.addAll(values);
      publishedMs = Math.max(publishedMs, header.publishedMs());
      leaseEndMs = Math.max(leaseEndMs, header.leaseEndMs());
    }
  }
}
