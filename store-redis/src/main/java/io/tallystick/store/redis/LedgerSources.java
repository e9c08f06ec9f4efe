package io.tallystick.store.redis;

import io.tallystick.store.Ledger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is known about sources at one moment. Immutable once made. */
final class LedgerSources {
  private final SortedMap<String, Long> leaseEndsMs = new TreeMap<>();
  private final SortedMap<String, LedgerHeader> versions = new TreeMap<>();
  private final SortedMap<String, Long> retired = new TreeMap<>();
  private final Set<String> retiring = new HashSet<>();
  private final Map<String, String> cut = new TreeMap<>();
  private final Set<String> merged = new HashSet<>();
  private String epoch = "";

  private LedgerSources() {}

  /** From all leases and versions. */
  static LedgerSources live(List<@Nullable Object> reply) {
    LedgerSources sources = new LedgerSources();
    LedgerReader.hash(reply.get(1))
        .forEach(
            (source, text) -> sources.versions.put(source, LedgerHeader.parse(versionOf(text))));
    sources.versions.forEach(
        (source, version) -> sources.leaseEndsMs.put(source, version.leaseEndMs()));
    sources.leaseEndsMs.putAll(scores(reply.get(0)));
    return sources;
  }

  /** A source's version, time and lease as a header has them. */
  private static String versionOf(String text) {
    String[] words = text.split(" ", -1);
    return words.length == 3 ? words[0] + ' ' + words[1] + " + " + words[2] : text;
  }

  /** From a reply of {@link Script#SOURCE_LIST}. */
  static LedgerSources all(List<@Nullable Object> reply) {
    LedgerSources sources = live(reply);
    sources.retired.putAll(scores(reply.get(2)));
    addTo(sources.retiring, reply.get(3));
    sources.cut.putAll(LedgerReader.hash(reply.get(4)));
    sources.epoch = Bytes.text(reply.get(5));
    addTo(sources.merged, reply.get(7));
    return sources;
  }

  private static Map<String, Long> scores(@Nullable Object reply) {
    Map<String, Long> scores = new TreeMap<>();
    List<@Nullable Object> all = Bytes.list(reply);
    for (int i = 0; i + 1 < all.size(); i += 2) {
      scores.put(Bytes.text(all.get(i)), Bytes.number(all.get(i + 1)));
    }
    return scores;
  }

  private static void addTo(Set<String> set, @Nullable Object reply) {
    Bytes.list(reply).forEach(each -> set.add(Bytes.text(each)));
  }

  /**
   * When a source's lease ends.
   *
   * @param unlistedMs what its families say, which counts where nothing else is known
   */
  long leaseEndMs(String source, long unlistedMs) {
    return leaseEndsMs.getOrDefault(source, unlistedMs);
  }

  boolean isLive(String source) {
    return leaseEndsMs.containsKey(source);
  }

  private LedgerHeader version(String source) {
    return versions.getOrDefault(source, LedgerHeader.NONE);
  }

  long publishedMs(String source) {
    return version(source).publishedMs();
  }

  List<Ledger.Source> live() {
    List<Ledger.Source> live = new ArrayList<>();
    leaseEndsMs.forEach(
        (name, endMs) -> live.add(new Ledger.Source(name, version(name).number(), endMs)));
    return live;
  }

  /** When names were retired that are remembered. */
  SortedMap<String, Long> retired() {
    return retired;
  }

  boolean isRetired(String source) {
    return retired.containsKey(source) || cut.containsKey(source);
  }

  Set<String> retiring() {
    return retiring;
  }

  /** Whether a source was retired with a baseline. */
  boolean isCutOff(String source) {
    return !cut.getOrDefault(source, RedisLedger.NO_BASELINE).equals(RedisLedger.NO_BASELINE);
  }

  Set<String> merged() {
    return merged;
  }

  /** Another one once a retirement has begun or ended. */
  String epoch() {
    return epoch;
  }
}
