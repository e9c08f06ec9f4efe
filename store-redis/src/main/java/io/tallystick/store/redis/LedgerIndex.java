package io.tallystick.store.redis;

import io.tallystick.python.DistributedField;
import io.tallystick.shm.FamilyType;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.StoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * The names of the families, and what they are: all that is read is found by it. It is there twice,
 * in different slots of a Cluster; where one has lost names the other one has them, until the next
 * publication has put them back.
 */
final class LedgerIndex {
  private final RedisStore store;
  private final LedgerKeys keys;

  LedgerIndex(RedisStore store, LedgerKeys keys) {
    this.store = store;
    this.keys = keys;
  }

  /** What asks for all names; {@link #names(List)} takes the replies. */
  List<Request> toRead() {
    return List.of(
        Request.of(Command.HKEYS, keys.families()), Request.of(Command.HKEYS, keys.familiesCopy()));
  }

  static SortedSet<String> names(List<@Nullable Object> replies) {
    SortedSet<String> names = new TreeSet<>();
    for (Object reply : replies) {
      listOr(reply).forEach(name -> names.add(Bytes.text(name)));
    }
    return names;
  }

  SortedSet<String> names() {
    return names(store.wire().askEach(toRead()));
  }

  /** The elements of a list; none where somebody has put another kind of key there. */
  static List<@Nullable Object> listOr(@Nullable Object reply) {
    if (reply instanceof StoreException e && !RedisFault.isWrongType(e)) {
      throw e;
    }
    return reply instanceof List<?> ? Bytes.list(reply) : List.of();
  }

  /** What adds families, and lets the names live on; {@link #heal} takes the two replies. */
  List<Request> toPut(Map<String, FamilyValues> families) {
    List<byte[]> described = new ArrayList<>();
    families.forEach(
        (name, family) -> {
          described.add(Bytes.of(name));
          described.add(Bytes.of(json(family)));
        });
    return List.of(
        toPut(keys.families(), keys.idCopy(), described),
        toPut(keys.familiesCopy(), keys.id(), described));
  }

  private Request toPut(byte[] key, byte[] id, List<byte[]> described) {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(Bytes.of(store.timeToLiveMs()));
    arguments.addAll(described);
    return Request.of(Script.INDEX_PUT, List.of(key, id), arguments);
  }

  void put(FamilyValues family) {
    heal(store.wire().askAll(toPut(Map.of(family.name(), family))));
  }

  /** Gives each of the two what only the other one has. */
  void heal(List<@Nullable Object> sizes) {
    if (Bytes.number(sizes.get(0)) == Bytes.number(sizes.get(1))) {
      return;
    }
    List<@Nullable Object> both =
        store
            .wire()
            .askAll(
                List.of(
                    Request.of(Command.HGETALL, keys.families()),
                    Request.of(Command.HGETALL, keys.familiesCopy())));
    Map<String, byte[]> first = described(both.get(0));
    Map<String, byte[]> second = described(both.get(1));
    List<@Nullable Object> unused =
        store
            .wire()
            .askAll(
                List.of(
                    toPut(keys.families(), keys.idCopy(), missing(first, second)),
                    toPut(keys.familiesCopy(), keys.id(), missing(second, first))));
  }

  private static Map<String, byte[]> described(@Nullable Object reply) {
    Map<String, byte[]> described = new TreeMap<>();
    List<@Nullable Object> fields = listOr(reply);
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      described.put(Bytes.text(fields.get(i)), Bytes.bytes(fields.get(i + 1)));
    }
    return described;
  }

  private static List<byte[]> missing(Map<String, byte[]> from, Map<String, byte[]> other) {
    List<byte[]> missing = new ArrayList<>();
    other.forEach(
        (name, description) -> {
          if (!from.containsKey(name)) {
            missing.add(Bytes.of(name));
            missing.add(description);
          }
        });
    return missing;
  }

  /** What the index says of a family. */
  private static String json(FamilyValues family) {
    Map<String, String> described = new HashMap<>();
    described.put("type", family.type().name().toLowerCase(Locale.ROOT));
    if (family.help() != null) {
      described.put("help", family.help());
    }
    if (family.unit() != null) {
      described.put("unit", family.unit());
    }
    if (family.type() == FamilyType.GAUGE) {
      described.put("mode", family.mode().name().toLowerCase(Locale.ROOT));
    }
    Set<String> labels = new HashSet<>();
    if (!family.series().isEmpty()) {
      family.series().get(0).labels().forEach(label -> labels.add(label.getName()));
    }
    described.put("labels", String.join(",", new TreeSet<>(labels)));
    return new DistributedField("", described).text().substring(1);
  }
}
