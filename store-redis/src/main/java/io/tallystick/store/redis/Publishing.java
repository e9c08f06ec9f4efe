package io.tallystick.store.redis;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger.Result;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * One publication, in three round trips: what is about to come is noted, and checked; it is
 * written, a family at a time; and the source has the version.
 *
 * <p>Killed anywhere between, a publisher leaves families of two versions, each of them whole. Each
 * write says its version, so that one that comes late, as from a server that was stopped, changes
 * nothing; nor does it where the family of the source was folded meanwhile. What is written is
 * noted first, so that whoever retires the source finds all of it.
 *
 * <p>What Redis has lost is found by comparing. With a source goes the mark of each of its
 * families: the version that wrote it. Changes are taken on top of just that; the families that are
 * not part of a publication are looked at too, some of them with each; and once the version is
 * there, so must be what was written, on the server that has it. A loss that is found before
 * anything was written is INCOMPLETE, one that is found later an exception, after which all is
 * published.
 */
final class Publishing {
  private static final int MOST_LOOKED_AT = 256;

  private final RedisStore store;
  private final LedgerKeys keys;
  private final LedgerIndex index;
  private final Publication publication;
  private final String source;
  private final String version;
  private final long publishedMs;
  private final long leaseEndMs;
  private final Map<String, List<FamilyValues>> byName = new LinkedHashMap<>();
  private final Map<String, String> marks = new TreeMap<>(); // of what Redis should have, by family
  private final Map<String, String> written = new TreeMap<>(); // the same, of what is written now
  private String known = "";
  private String runId = "";

  Publishing(
      RedisStore store,
      LedgerKeys keys,
      LedgerIndex index,
      Publication publication,
      long publishedMs,
      long leaseEndMs) {
    this.store = store;
    this.keys = keys;
    this.index = index;
    this.publication = publication;
    this.source = publication.source();
    this.version = LedgerHeader.version(publication.version());
    this.publishedMs = publishedMs;
    this.leaseEndMs = leaseEndMs;
    for (FamilyValues family : publication.families()) {
      byName.computeIfAbsent(family.name(), n -> new ArrayList<>()).add(family);
    }
  }

  /** The run of the server that took it in; empty where it does not say. */
  String runId() {
    return runId;
  }

  /**
   * Publishes.
   *
   * @param seenRunId the run that took in what changes follow; empty where that is not known
   * @param touches whether all families of the source get their time to live again
   * @param turn which of the families that are not part of this are looked at
   * @return null where the source is being retired
   */
  @Nullable Result run(String seenRunId, boolean touches, int turn) {
    Result begun = begin(seenRunId);
    if (begun != Result.ACCEPTED) {
      return begun;
    }
    Result result = write(touches, turn);
    return result == Result.ACCEPTED ? commit() : result;
  }

  /** Notes what is to come, and compares what is there with what should be. */
  private @Nullable Result begin(String seenRunId) {
    String since = publication.since() == 0 ? "" : LedgerHeader.version(publication.since());
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(Bytes.of(source));
    arguments.add(Bytes.of(version));
    arguments.add(Bytes.of(since));
    arguments.add(Bytes.of(leaseEndMs));
    arguments.add(Bytes.of(store.timeToLiveMs()));
    arguments.add(Bytes.of(how()));
    byName.keySet().forEach(name -> arguments.add(Bytes.of(name)));
    List<Request> requests = new ArrayList<>();
    requests.add(ServerRun.toAsk(keys));
    requests.add(Request.of(Script.SOURCE_BEGIN, keys.ofSource(source), arguments));
    if (!publication.isOfAll()) {
      byName.forEach((name, families) -> requests.add(check(name, families)));
    }
    List<@Nullable Object> replies = store.wire().askEach(requests);
    runId = ServerRun.id(replies.get(0));
    List<@Nullable Object> begun = Bytes.list(Wire.orThrow(replies.get(1)));
    Result result = result(Bytes.text(begun.get(0)));
    if (result != Result.ACCEPTED) {
      return result;
    }
    known = Bytes.text(begun.get(1));
    LedgerReader.hash(begun.get(2))
        .forEach(
            (name, mark) -> {
              if (!name.isEmpty()) {
                marks.put(name, LedgerHeader.mark(mark));
              }
            });
    if (publication.isOfAll()) {
      return Result.ACCEPTED;
    }
    if (!seenRunId.isEmpty() && !runId.isEmpty() && !seenRunId.equals(runId)) {
      return Result.INCOMPLETE; // others may have taken over with less
    }
    int at = 2;
    for (String name : byName.keySet()) {
      Result checked = checked(name, Bytes.list(Wire.orThrow(replies.get(at++))));
      if (checked != Result.ACCEPTED) {
        return checked;
      }
    }
    return Result.ACCEPTED;
  }

  private Request check(String name, List<FamilyValues> families) {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(Bytes.of(source));
    arguments.add(Bytes.of(publishedMs));
    families.forEach(family -> arguments.addAll(FamilyFields.shape(family)));
    return Request.of(Script.FAMILY_CHECK, keys.family(name).toCheck(source), arguments);
  }

  /** What a check of a family has found. */
  private @Nullable Result checked(String name, List<@Nullable Object> reply) {
    String answer = Bytes.text(reply.get(0));
    if (answer.equals("RETIRED")) {
      return null; // its retirement was lost, and ends now
    }
    if (!answer.equals("ACCEPTED")) {
      return Result.INCOMPLETE;
    }
    String mark = LedgerHeader.parse(Bytes.text(reply.get(1))).mark();
    boolean isThere = mark.endsWith("+") == Bytes.isTrue(reply.get(2));
    return isThere && mark.equals(mark(name)) ? Result.ACCEPTED : Result.INCOMPLETE;
  }

  private String mark(String name) {
    return marks.getOrDefault(name, "");
  }

  private String how() {
    return publication.isOfAll() ? FamilyPut.ALL : FamilyPut.CHANGES;
  }

  private @Nullable Result write(boolean touches, int turn) {
    Map<String, FamilyValues> described = new LinkedHashMap<>();
    byName.forEach((name, families) -> described.put(name, families.get(0)));
    List<Request> requests = new ArrayList<>(index.toPut(described));
    List<Integer> puts = new ArrayList<>();
    byName.forEach(
        (name, families) -> {
          requests.add(put(how(), name, families));
          puts.add(requests.size() - 1);
          written.put(name, version + '+');
        });
    List<String> others = new ArrayList<>(marks.keySet());
    others.removeAll(byName.keySet());
    List<String> lookedAt = new ArrayList<>();
    for (String other : others) {
      if (publication.isOfAll()) { // also one that has gone before: it may be back
        requests.add(put(FamilyPut.DROP, other, List.of()));
        puts.add(requests.size() - 1);
        written.put(other, version + '-');
      } else if (touches) {
        requests.add(put(FamilyPut.TOUCH, other, List.of()));
        puts.add(requests.size() - 1);
      }
    }
    int firstCheck = requests.size();
    if (!publication.isOfAll()) {
      for (int i = 0; i < Math.min(MOST_LOOKED_AT, others.size()); i++) {
        long place = (long) turn * MOST_LOOKED_AT + i;
        String other = others.get((int) Math.floorMod(place, (long) others.size()));
        lookedAt.add(other);
        requests.add(check(other, List.of()));
      }
    }
    List<@Nullable Object> replies = store.wire().askAll(requests);
    index.heal(replies.subList(0, 2));
    for (int put : puts) {
      Result result = result(FamilyPut.answer(replies.get(put)));
      if (result != Result.ACCEPTED) {
        return result == Result.RETIRED ? null : result;
      }
    }
    for (int i = 0; i < lookedAt.size(); i++) {
      Result checked = checked(lookedAt.get(i), Bytes.list(replies.get(firstCheck + i)));
      if (checked != Result.ACCEPTED) {
        if (checked == null) {
          return null;
        }
        throw lost();
      }
    }
    return Result.ACCEPTED;
  }

  private Request put(String how, String name, List<FamilyValues> families) {
    return new FamilyPut(how, source, version, mark(name), publishedMs, leaseEndMs)
        .toRequest(keys.family(name), families, store.timeToLiveMs());
  }

  /** Gives the source its version, and looks whether all is there on the server that has it. */
  private @Nullable Result commit() {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(Bytes.of(source));
    arguments.add(Bytes.of(version));
    arguments.add(Bytes.of(known));
    arguments.add(Bytes.of(publishedMs));
    arguments.add(Bytes.of(leaseEndMs));
    arguments.add(Bytes.of(store.timeToLiveMs()));
    written.forEach(
        (name, mark) -> {
          arguments.add(Bytes.of(name));
          arguments.add(Bytes.of(mark));
        });
    List<Request> requests = new ArrayList<>();
    requests.add(ServerRun.toAsk(keys));
    requests.add(
        Request.of(
            Script.SOURCE_COMMIT, keys.ofSource(source, keys.id(), keys.merged()), arguments));
    written
        .keySet()
        .forEach(
            name ->
                requests.add(Request.of(Command.HGET, keys.family(name).live(), Bytes.of(source))));
    List<@Nullable Object> replies = store.wire().askEach(requests);
    Result result = result(Bytes.text(Wire.orThrow(replies.get(1))));
    if (result != Result.ACCEPTED) {
      return result;
    }
    int at = 2;
    for (String mark : written.values()) {
      Object header = Wire.orThrow(replies.get(at++));
      String present = LedgerHeader.parse(header == null ? "" : Bytes.text(header)).mark();
      if (present.compareTo(mark) < 0) {
        throw lost();
      }
    }
    if (!ServerRun.id(replies.get(0)).equals(runId)) {
      throw lost();
    }
    return Result.ACCEPTED;
  }

  private static @Nullable Result result(String answer) {
    return switch (answer) {
      case "ACCEPTED" -> Result.ACCEPTED;
      case "STALE" -> Result.STALE;
      case "INCOMPLETE" -> Result.INCOMPLETE;
      case "RETIRED" -> Result.RETIRED;
      case "RETIRING" -> null;
      default -> throw lost();
    };
  }

  private static StoreException lost() {
    return StoreException.refusal("Redis has lost a part of what was published: publish all");
  }
}
