package io.tallystick.store.redis;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.LedgerMerge;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.redis.LedgerKeys.Family;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * Reads a ledger, and writes nothing, so that a replica can be asked. Three round trips, whatever
 * there is: the sources and the names of the families; who has published which; and each family,
 * base and sources at one moment. A source that is retired meanwhile is in one of the two.
 */
final class LedgerReader {
  private static final int VERSION_LENGTH = 19;

  private final RedisStore store;
  private final LedgerKeys keys;

  LedgerReader(RedisStore store, LedgerKeys keys) {
    this.store = store;
    this.keys = keys;
  }

  /** When a source published what this is the header of. */
  static long publishedMs(String header) {
    String[] words = header.split(" ", -1);
    try {
      return words.length > 1 ? Long.parseLong(words[1]) : 0;
    } catch (NumberFormatException e) {
      return 0; // somebody has put something else there
    }
  }

  /** All about sources at one moment. */
  Sources sources() {
    Request request = Request.of(Script.SOURCE_LIST, keys.ofAllSources(), List.of());
    return new Sources(Bytes.list(store.wire().ask(request)));
  }

  List<FamilyValues> read() {
    long nowMs = store.nowMs();
    List<Request> requests = new ArrayList<>();
    requests.add(Request.of(Script.SOURCE_LIST, keys.ofAllSources(), List.of()));
    requests.add(Request.of(Command.HKEYS, keys.families()));
    List<@Nullable Object> replies = store.wire().askAll(requests);
    Sources sources = new Sources(Bytes.list(replies.get(0)));
    LedgerMerge merge = new LedgerMerge(nowMs);
    for (Content content : contents(Bytes.list(replies.get(1)))) {
      content.base(nowMs).forEach(family -> merge.addBase(List.of(family)));
      content.headers.forEach(
          (source, header) -> {
            boolean lives = sources.leaseEndMs(source) > nowMs;
            merge.addSource(source, lives, publishedMs(header), content.ofSource(source));
          });
    }
    return merge.toShow();
  }

  /** All families that the index names. */
  List<Content> contents() {
    return contents(Bytes.list(store.wire().ask(Request.of(Command.HKEYS, keys.families()))));
  }

  private List<Content> contents(List<@Nullable Object> names) {
    List<Family> families = new ArrayList<>();
    Set<String> sorted = new TreeSet<>();
    names.forEach(name -> sorted.add(Bytes.text(name)));
    sorted.forEach(name -> families.add(keys.family(name)));
    List<Request> requests = new ArrayList<>();
    families.forEach(family -> requests.add(Request.of(Command.HGETALL, family.live())));
    List<@Nullable Object> headers = store.wire().askEach(requests);
    List<Content> contents = new ArrayList<>();
    requests.clear();
    for (int i = 0; i < families.size(); i++) {
      Content content = new Content(families.get(i), hash(headers.get(i)));
      contents.add(content);
      requests.add(Request.of(Script.FAMILY_READ, content.keys(), List.of()));
    }
    List<@Nullable Object> values = store.wire().askAll(requests);
    for (int i = 0; i < contents.size(); i++) {
      contents.get(i).values = Bytes.list(values.get(i));
    }
    return contents;
  }

  /** A hash as texts; empty where the key is of another kind. */
  private static SortedMap<String, String> hash(@Nullable Object reply) {
    SortedMap<String, String> hash = new TreeMap<>();
    if (reply instanceof StoreException e) {
      if (e.category() == Category.TRANSIENT) {
        throw e;
      }
      return hash;
    }
    List<@Nullable Object> fields = Bytes.list(reply);
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      hash.put(Bytes.text(fields.get(i)), Bytes.text(fields.get(i + 1)));
    }
    return hash;
  }

  /** What a source had when it was cut off. */
  List<FamilyValues> baseline(String source) {
    List<@Nullable Object> names =
        Bytes.list(store.wire().ask(Request.of(Command.SMEMBERS, keys.familiesOf(source))));
    List<Family> families = new ArrayList<>();
    List<Request> requests = new ArrayList<>();
    for (Object name : names) {
      Family family = keys.family(Bytes.text(name));
      families.add(family);
      requests.add(Request.of(Command.HGETALL, family.baseline(source)));
    }
    List<@Nullable Object> replies = store.wire().askAll(requests);
    List<FamilyValues> values = new ArrayList<>();
    for (int i = 0; i < families.size(); i++) {
      values.addAll(FamilyFields.families(families.get(i).key(), Bytes.list(replies.get(i))));
    }
    return values;
  }

  /** All that there is of the families of one name, at one moment. */
  static final class Content {
    private final Family family;
    private final SortedMap<String, String> headers; // by source
    private final Map<String, Integer> places = new HashMap<>(); // of its hash, by source
    private List<@Nullable Object> values = List.of();

    Content(Family family, SortedMap<String, String> headers) {
      this.family = family;
      this.headers = headers;
    }

    private List<byte[]> keys() {
      List<byte[]> all = new ArrayList<>(List.of(family.python(), family.base(), family.meta()));
      for (String source : headers.keySet()) {
        places.put(source, all.size());
        all.add(family.series(source));
      }
      return all;
    }

    /** One of the hashes; without fields where it is none. */
    private List<@Nullable Object> hash(int at) {
      return values.get(at) instanceof List<?> ? Bytes.list(values.get(at)) : List.of();
    }

    /** The families of the base; of one identity there may be several. */
    List<FamilyValues> base(long nowMs) {
      List<FamilyValues> ours = FamilyFields.families(family.key(), hash(2), hash(1));
      Map<String, Double> python = PythonHash.of(hash(0)).numbers();
      return BaseFamilies.of(family.name(), ours, FamilyFold.owner(hash(2)), python, nowMs);
    }

    Set<String> sources() {
      return headers.keySet();
    }

    List<FamilyValues> ofSource(String source) {
      Integer at = places.get(source);
      return at == null ? List.of() : FamilyFields.families(family.key(), hash(at));
    }

    /** How many bytes of fields and values there are. */
    long bytes() {
      long bytes = 0;
      for (int i = 0; i < values.size(); i++) {
        for (Object each : hash(i)) {
          bytes += Bytes.bytes(each).length;
        }
      }
      return bytes;
    }
  }

  /** All about sources at one moment. */
  static final class Sources {
    private final Map<String, Long> leaseEndsMs = new TreeMap<>();
    private final Map<String, String> versions = new HashMap<>();
    private final Map<String, Long> retired = new TreeMap<>();
    private final Set<String> retiring;
    private final Set<String> cut;
    private final Set<String> merged;
    private final @Nullable String id;
    private final String epoch;

    Sources(List<@Nullable Object> reply) {
      List<@Nullable Object> leases = Bytes.list(reply.get(0));
      for (int i = 0; i + 1 < leases.size(); i += 2) {
        leaseEndsMs.put(Bytes.text(leases.get(i)), Bytes.number(leases.get(i + 1)));
      }
      versions.putAll(hash(reply.get(1)));
      List<@Nullable Object> all = Bytes.list(reply.get(2));
      for (int i = 0; i + 1 < all.size(); i += 2) {
        retired.put(Bytes.text(all.get(i)), Bytes.number(all.get(i + 1)));
      }
      retiring = set(reply.get(3));
      epoch = reply.get(4) == null ? "" : Bytes.text(reply.get(4));
      cut = set(reply.get(5));
      id = reply.get(6) == null ? null : Bytes.text(reply.get(6));
      merged = set(reply.get(7));
    }

    private static Set<String> set(@Nullable Object reply) {
      Set<String> set = new HashSet<>();
      Bytes.list(reply).forEach(each -> set.add(Bytes.text(each)));
      return set;
    }

    /** When a source's lease ends; that of one which is not listed yet, never. */
    long leaseEndMs(String source) {
      return leaseEndsMs.getOrDefault(source, Long.MAX_VALUE);
    }

    boolean isLive(String source) {
      return leaseEndsMs.containsKey(source);
    }

    private String version(String source) {
      return versions.getOrDefault(source, "0");
    }

    long publishedMs(String source) {
      return LedgerReader.publishedMs(version(source));
    }

    List<Ledger.Source> live() {
      List<Ledger.Source> live = new ArrayList<>();
      leaseEndsMs.forEach(
          (name, endMs) -> {
            String text = version(name);
            long number =
                Long.parseLong(text.substring(0, Math.min(text.length(), VERSION_LENGTH)));
            live.add(new Ledger.Source(name, number, endMs));
          });
      return live;
    }

    /** Those that are to be retired: their leases have run out, or somebody has begun it. */
    List<String> expired(long nowMs) {
      Set<String> expired = new TreeSet<>(retiring);
      leaseEndsMs.forEach(
          (name, endMs) -> {
            if (endMs <= nowMs) {
              expired.add(name);
            }
          });
      return List.copyOf(expired);
    }

    Map<String, Long> retired() {
      return retired;
    }

    Set<String> retiring() {
      return retiring;
    }

    Set<String> cut() {
      return cut;
    }

    Set<String> merged() {
      return merged;
    }

    @Nullable String id() {
      return id;
    }

    /** Another one once a retirement has begun or ended. */
    String epoch() {
      return epoch;
    }
  }
}
