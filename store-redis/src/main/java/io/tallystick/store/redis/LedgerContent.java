package io.tallystick.store.redis;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.redis.LedgerKeys.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What Redis has of the families of one name. Not thread-safe. */
final class LedgerContent {
  private static final int HEADERS = 0;
  private static final int PYTHON = 1;
  private static final int BASE = 2;
  private static final int META = 3;

  private final Family keys;
  private final List<String> sources; // whose series are read
  private final Map<String, List<@Nullable Object>> series = new TreeMap<>(); // by source
  private SortedMap<String, LedgerHeader> headers = new TreeMap<>(); // by source
  private boolean isOfOneMoment;
  private List<@Nullable Object> base = List.of(List.of(), List.of(), List.of(), List.of());

  LedgerContent(Family keys, SortedMap<String, String> headers) {
    this(keys, List.of());
    take(headers);
  }

  private LedgerContent(Family keys, List<String> sources) {
    this.keys = keys;
    this.sources = sources;
  }

  /** The same family, which is about to be read with the series of these sources. */
  LedgerContent reading(List<String> readSources) {
    return new LedgerContent(keys, readSources);
  }

  private void take(SortedMap<String, String> texts) {
    headers = new TreeMap<>();
    texts.forEach((source, text) -> headers.put(source, LedgerHeader.parse(text)));
  }

  /**
   * Takes the replies to what was asked: series, and then {@link Family#toRead}.
   *
   * @return the place behind them
   */
  int take(List<@Nullable Object> replies, int from) {
    int at = from;
    for (String source : sources) {
      series.put(source, LedgerIndex.listOr(replies.get(at++)));
    }
    int to = at + keys.toRead().size();
    takeBase(replies.subList(at, to));
    return to;
  }

  /** Takes the replies to {@link Family#toRead}. */
  void takeBase(List<@Nullable Object> replies) {
    Object sequence = replies.get(0); // a fault where somebody has put another kind of key there
    takeHashes(replies.subList(1, replies.size()));
    String before = sequence instanceof byte[] ? Bytes.text(sequence) : "";
    isOfOneMoment = before.equals(FamilyFold.sequence(hash(META)));
  }

  /** Takes the reply to {@link Family#toReadAtOnce}. */
  void takeBaseOfOneMoment(List<@Nullable Object> replies) {
    takeHashes(Bytes.list(Wire.orThrow(replies.get(0))));
    isOfOneMoment = true;
  }

  private void takeHashes(List<@Nullable Object> hashes) {
    base = hashes;
    take(LedgerReader.hash(hash(HEADERS)));
    headers.keySet().retainAll(sources); // others have come since
  }

  /** Whether nobody was folded while the base was read. */
  boolean isOfOneMoment() {
    return isOfOneMoment;
  }

  Family keys() {
    return keys;
  }

  /** The headers of the sources that are not folded, by source. */
  SortedMap<String, LedgerHeader> headers() {
    return headers;
  }

  /** One of the base's hashes; without fields where it is none. */
  private List<@Nullable Object> hash(int at) {
    return LedgerIndex.listOr(base.get(at));
  }

  /** The families of the base; of one identity there may be several. */
  List<FamilyValues> base(long nowMs) {
    List<FamilyValues> ours = FamilyFields.families(keys.key(), hash(META), hash(BASE));
    Map<String, Double> python = PythonHash.of(hash(PYTHON)).numbers();
    return BaseFamilies.of(keys.name(), ours, FamilyFold.owner(hash(META)), python, nowMs);
  }

  List<FamilyValues> ofSource(String source) {
    return FamilyFields.families(keys.key(), series.getOrDefault(source, List.of()));
  }

  /** How many bytes of fields and values there are. */
  long bytes() {
    List<List<@Nullable Object>> all = new ArrayList<>();
    headers.keySet().forEach(source -> all.add(series.getOrDefault(source, List.of())));
    all.addAll(List.of(hash(PYTHON), hash(BASE), hash(META)));
    long bytes = 0;
    for (List<@Nullable Object> hash : all) {
      for (Object each : hash) {
        bytes += Bytes.bytes(each).length;
      }
    }
    return bytes;
  }
}
