package io.tallystick.store.redis;

import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Protocol.Command;

/**
 * The names of a ledger's keys, with a prefix P.
 *
 * <pre>
 *   P:families                      HASH  name: type, help, unit, label names and mode, as JSON
 *   P:sources                       ZSET  source: end of its lease
 *   {P:sources}:families            HASH  the same as P:families, should one of them get lost
 *   {P:sources}:versions            HASH  source: version, time and lease of its newest publication
 *   {P:sources}:of:SOURCE           HASH  name of a family: its mark, version and + or -
 *   {P:sources}:retiring            HASH  source: ended or expired
 *   {P:sources}:retired             ZSET  source: when it was retired
 *   {P:sources}:cut                 HASH  retired source: how many families have a baseline, or -
 *   {P:sources}:id, :epoch, :merged
 *   {P:families}:id                 the id again, should the slot of the sources get lost
 *   P_NAME                          HASH  the base, as prometheus-distributed-client has it
 *   {P_NAME}:base                   HASH  the base, with all that a series is
 *   {P_NAME}:meta                   HASH  the base's families without their series
 *   {P_NAME}:live                   HASH  source: a {@link LedgerHeader}
 *   {P_NAME}:live:SOURCE            HASH  a source's families and series
 *   {P_NAME}:retired                ZSET  source: when it was folded
 *   {P_NAME}:baseline:SOURCE        HASH  what a source had when it was cut off
 * </pre>
 *
 * <p>The braces put all keys of a family, and all about sources, in one slot of a Cluster each.
 */
final class LedgerKeys {
  /** The field of a base's families that has the number of the latest fold. */
  static final String SEQUENCE = "sequence";

  private final String prefix;

  LedgerKeys(String prefix) {
    this.prefix = prefix;
  }

  byte[] families() {
    return Bytes.of(prefix + ":families");
  }

  byte[] sources() {
    return Bytes.of(prefix + ":sources");
  }

  private byte[] ofSources(String what) {
    return Bytes.of("{" + prefix + ":sources}:" + what);
  }

  byte[] id() {
    return ofSources("id");
  }

  /** The id once more, in the slot of the first index of families. */
  byte[] idCopy() {
    return Bytes.of("{" + prefix + ":families}:id");
  }

  byte[] merged() {
    return ofSources("merged");
  }

  byte[] epoch() {
    return ofSources("epoch");
  }

  byte[] retired() {
    return ofSources("retired");
  }

  byte[] retiring() {
    return ofSources("retiring");
  }

  byte[] cut() {
    return ofSources("cut");
  }

  /** The index of families that is in one slot with all about sources. */
  byte[] familiesCopy() {
    return ofSources("families");
  }

  byte[] familiesOf(String source) {
    return ofSources("of:" + source);
  }

  /** What every script about a source begins with. */
  List<byte[]> ofSource(String source) {
    return List.of(sources(), versions(), retired(), retiring(), familiesOf(source), cut());
  }

  /** The keys of a script about a source that has more. */
  List<byte[]> ofSource(String source, byte[]... more) {
    List<byte[]> all = new ArrayList<>(ofSource(source));
    all.addAll(List.of(more));
    return all;
  }

  byte[] versions() {
    return ofSources("versions");
  }

  /** The keys of a script that lists all about sources. */
  List<byte[]> ofAllSources() {
    return List.of(sources(), versions(), retired(), retiring(), cut(), epoch(), id(), merged());
  }

  /** The keys of a family. */
  Family family(String name) {
    return new Family(name, prefix + "_" + escaped(name));
  }

  /** A name without braces, which would tell Redis what to find the slot by. */
  static String escaped(String name) {
    return name.replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
  }

  /**
   * The keys of a family.
   *
   * @param key the name of Python's hash
   */
  record Family(String name, String key) {
    byte[] python() {
      return Bytes.of(key);
    }

    byte[] base() {
      return of("base");
    }

    byte[] meta() {
      return of("meta");
    }

    byte[] live() {
      return of("live");
    }

    byte[] series(String source) {
      return of("live:" + source);
    }

    byte[] baseline(String source) {
      return of("baseline:" + source);
    }

    byte[] stage(String id) {
      return of("stage:" + id);
    }

    private byte[] of(String what) {
      return Bytes.of("{" + key + "}:" + what);
    }

    /**
     * Asks for the base, with the headers of who is not folded into it. The number of the latest
     * fold is first, and with what is last: where the two are the same, it is of one moment.
     */
    List<Request> toRead() {
      return List.of(
          Request.of(Command.HGET, meta(), Bytes.of(SEQUENCE)),
          Request.of(Command.HGETALL, live()),
          Request.of(Command.HGETALL, python()),
          Request.of(Command.HGETALL, base()),
          Request.of(Command.HGETALL, meta()));
    }

    /** Asks for the same by a script, for which all others wait. */
    List<Request> toReadAtOnce() {
      return List.of(
          Request.of(Script.FAMILY_READ, List.of(live(), python(), base(), meta()), List.of()));
    }

    /** What a script asks that changes nothing of a source. */
    List<byte[]> toCheck(String source) {
      return List.of(live(), of("retired"), series(source));
    }

    /** What every script that writes a family has. */
    List<byte[]> all(String source, String stage) {
      return List.of(
          python(),
          base(),
          meta(),
          live(),
          of("retired"),
          series(source),
          baseline(source),
          stage(stage));
    }
  }
}
