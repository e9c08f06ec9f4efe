package io.tallystick.store.redis;

import io.tallystick.python.DistributedField;
import io.tallystick.shm.FamilyType;
import io.tallystick.store.Deadline;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger.Result;
import io.tallystick.store.Publication;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.redis.LedgerKeys.Family;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * Takes in publications, in three round trips: what is about to come is noted, and checked; it is
 * written, a family at a time; and the source has the version.
 *
 * <p>Killed anywhere between, a publisher leaves families of two versions, each of them whole. Each
 * write says its version, so that one that comes late, as from a server that was stopped, changes
 * nothing; nor does it where the family of the source was folded meanwhile. What is written is
 * noted first, so that whoever retires the source finds all of it.
 */
final class LedgerPublisher {
  private static final int VERSION_DIGITS = 19;
  private static final String CHECK = "check";
  private static final String ALL = "all";
  private static final String CHANGES = "changes";
  private static final String DROP = "drop";
  private static final String TOUCH = "touch";
  private static final int TOUCHES_PER_LIFE = 10;

  private final RedisStore store;
  private final LedgerKeys keys;
  private final Map<String, Long> touchedMs = new ConcurrentHashMap<>(); // by source

  LedgerPublisher(RedisStore store, LedgerKeys keys) {
    this.store = store;
    this.keys = keys;
  }

  /** A version as texts of it compare. */
  static String version(long version) {
    String digits = Long.toString(version);
    return "0".repeat(VERSION_DIGITS - digits.length()) + digits;
  }

  void forget(String source) {
    touchedMs.remove(source);
  }

  /** Adds a family of a base to the index. */
  void describe(FamilyValues family) {
    List<byte[]> field = List.of(Bytes.of(family.name()), Bytes.of(json(family)));
    List<@Nullable Object> unused =
        store
            .wire()
            .askAll(
                List.of(
                    Request.of(Command.HSET, keys.families(), field),
                    Request.of(Command.PEXPIRE, keys.families(), Bytes.of(store.timeToLiveMs()))));
  }

  /** Takes in a publication that is made now; null where the source is being retired. */
  @Nullable Result publish(Publication publication) {
    long nowMs = store.nowMs();
    return publish(publication, nowMs, Deadline.after(nowMs, publication.lease()));
  }

  @Nullable Result publish(Publication publication, long publishedMs, long leaseEndMs) {
    return new Publishing(publication, publishedMs, leaseEndMs).run();
  }

  /** One publication. */
  private final class Publishing {
    private final Publication publication;
    private final String source;
    private final String version;
    private final String since;
    private final long publishedMs;
    private final long leaseEndMs;
    private final boolean touches;
    private final Map<String, List<FamilyValues>> byName = new LinkedHashMap<>();

    Publishing(Publication publication, long publishedMs, long leaseEndMs) {
      this.publication = publication;
      this.source = publication.source();
      this.version = version(publication.version());
      this.since = publication.isOfAll() ? "" : version(publication.since());
      this.publishedMs = publishedMs;
      this.leaseEndMs = leaseEndMs;
      long betweenMs = store.timeToLiveMs() / TOUCHES_PER_LIFE;
      touches = Math.abs(publishedMs - touchedMs.getOrDefault(source, 0L)) >= betweenMs;
      for (FamilyValues family : publication.families()) {
        byName.computeIfAbsent(family.name(), n -> new ArrayList<>()).add(family);
      }
    }

    @Nullable Result run() {
      Set<String> others = new TreeSet<>();
      Result begun = begin(others);
      if (begun != Result.ACCEPTED) {
        return begun;
      }
      Result written = write(others);
      if (written != Result.ACCEPTED) {
        return written;
      }
      Result committed = commit();
      if (committed == Result.ACCEPTED && touches) {
        touchedMs.put(source, publishedMs);
      }
      return committed;
    }

    /**
     * Notes and checks what is to come.
     *
     * @param others gets the source's families that are not part of this publication
     */
    private @Nullable Result begin(Set<String> others) {
      boolean lists = publication.isOfAll() || touches;
      List<byte[]> arguments =
          new ArrayList<>(
              List.of(
                  Bytes.of(source),
                  Bytes.of(version),
                  Bytes.of(since),
                  Bytes.of(leaseEndMs),
                  Bytes.of(store.timeToLiveMs()),
                  Bytes.of(lists ? 1 : 0)));
      byName.keySet().forEach(name -> arguments.add(Bytes.of(name)));
      List<Request> requests = new ArrayList<>();
      requests.add(Request.of(Script.SOURCE_BEGIN, keys.ofSource(source), arguments));
      if (!publication.isOfAll()) {
        byName.forEach((name, families) -> put(CHECK, name, families, requests));
      }
      int checks = requests.size() - 1;
      describe(requests);
      List<@Nullable Object> replies = store.wire().askAll(requests);
      List<@Nullable Object> begun = Bytes.list(replies.get(0));
      Result result = result(Bytes.text(begun.get(0)));
      if (result != Result.ACCEPTED) {
        return result;
      }
      List<@Nullable Object> isNew = Bytes.list(begun.get(1));
      for (int i = 0; i < checks; i++) {
        String check = Bytes.text(replies.get(i + 1));
        boolean isLost = check.equals("NEW") && !Bytes.isTrue(isNew.get(i));
        Result checked = isLost ? Result.INCOMPLETE : result(check);
        if (checked != Result.ACCEPTED) {
          return checked;
        }
      }
      Bytes.list(begun.get(2)).forEach(name -> others.add(Bytes.text(name)));
      others.removeAll(byName.keySet());
      return Result.ACCEPTED;
    }

    /** Adds to the index what the families are. */
    private void describe(List<Request> requests) {
      if (byName.isEmpty()) {
        return;
      }
      List<byte[]> fields = new ArrayList<>();
      byName.forEach(
          (name, families) -> {
            fields.add(Bytes.of(name));
            fields.add(Bytes.of(json(families.get(0))));
          });
      requests.add(Request.of(Command.HSET, keys.families(), fields));
      requests.add(Request.of(Command.PEXPIRE, keys.families(), Bytes.of(store.timeToLiveMs())));
    }

    private Result write(Set<String> others) {
      List<Request> requests = new ArrayList<>();
      List<Integer> scripts = new ArrayList<>();
      String how = publication.isOfAll() ? ALL : CHANGES;
      byName.forEach(
          (name, families) -> {
            put(how, name, families, requests);
            scripts.add(requests.size() - 1);
          });
      for (String other : others) {
        put(publication.isOfAll() ? DROP : TOUCH, other, List.of(), requests);
        scripts.add(requests.size() - 1);
      }
      List<@Nullable Object> replies = store.wire().askAll(requests);
      for (int script : scripts) {
        Result result = result(Bytes.text(replies.get(script)));
        if (result != Result.ACCEPTED) {
          return Objects.requireNonNull(result);
        }
      }
      return Result.ACCEPTED;
    }

    private void put(String how, String name, List<FamilyValues> families, List<Request> requests) {
      Family family = keys.family(name);
      Stage stage = new Stage();
      List<byte[]> shapes = new ArrayList<>();
      List<byte[]> fields = new ArrayList<>();
      for (FamilyValues each : families) {
        shapes.addAll(FamilyFields.shape(each));
        if (!how.equals(CHECK)) {
          fields.addAll(FamilyFields.of(each));
        }
      }
      List<byte[]> arguments =
          new ArrayList<>(
              List.of(
                  Bytes.of(source),
                  Bytes.of(version),
                  Bytes.of(publishedMs),
                  Bytes.of(store.timeToLiveMs()),
                  Bytes.of(how),
                  Bytes.of(since),
                  Stage.NONE,
                  Bytes.of(families.size())));
      int lengthAt = arguments.size() - 2;
      arguments.addAll(shapes);
      arguments.set(lengthAt, stage.put(family.stage(stage.id()), fields, requests, arguments));
      requests.add(Request.of(Script.FAMILY_PUT, family.all(source, stage.id()), arguments));
    }

    private @Nullable Result commit() {
      List<byte[]> all = new ArrayList<>(keys.ofSource(source));
      all.add(keys.id());
      all.add(keys.merged());
      List<byte[]> arguments =
          List.of(
              Bytes.of(source),
              Bytes.of(version),
              Bytes.of(publishedMs),
              Bytes.of(leaseEndMs),
              Bytes.of(store.timeToLiveMs()));
      return result(Bytes.text(store.wire().ask(Request.of(Script.SOURCE_COMMIT, all, arguments))));
    }
  }

  private static @Nullable Result result(String answer) {
    return switch (answer) {
      case "ACCEPTED", "NEW" -> Result.ACCEPTED;
      case "STALE" -> Result.STALE;
      case "INCOMPLETE" -> Result.INCOMPLETE;
      case "RETIRED" -> Result.RETIRED;
      case "RETIRING" -> null;
      default ->
          throw new StoreException(
              Category.TRANSIENT, "Redis has lost a part of a publication: answer=" + answer);
    };
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
