package io.tallystick.store.redis;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.redis.LedgerKeys.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * The writing of a source's families of one name, which nobody sees a part of.
 *
 * <p>Few series are arguments of the script that decides whether they are written. Many would take
 * Lua longer than all else: they come as plain commands to a key that the script has put in the
 * place of the family's, in one transaction with it and with another script, which puts it back.
 *
 * @param how one of the words below
 * @param mark what is to be there, which changes go on top of
 */
record FamilyPut(
    String how, String source, String version, String mark, long publishedMs, long leaseEndMs) {
  static final String ALL = "all";
  static final String CHANGES = "changes";
  static final String DROP = "drop";
  static final String TOUCH = "touch";

  /** The fields of series come with the commands that follow. */
  private static final String OPEN = "open";

  /** What writes them; {@link #answer} takes its reply. */
  Request toRequest(Family family, List<FamilyValues> families, long timeToLiveMs) {
    List<byte[]> shapes = new ArrayList<>();
    List<byte[]> fields = new ArrayList<>();
    for (FamilyValues each : families) {
      shapes.addAll(FamilyFields.shape(each));
      fields.addAll(FamilyFields.of(each));
    }
    boolean isDirect = Stage.isFew(fields);
    List<byte[]> arguments =
        new ArrayList<>(
            List.of(
                Bytes.of(source),
                Bytes.of(version),
                Bytes.of(publishedMs),
                Bytes.of(leaseEndMs),
                Bytes.of(timeToLiveMs),
                Bytes.of(how),
                Bytes.of(mark),
                Bytes.of(isDirect ? "" : OPEN),
                Bytes.of(families.size())));
    arguments.addAll(shapes);
    String stage = UUID.randomUUID().toString();
    Request script = Request.of(Script.FAMILY_PUT, family.all(source, stage), arguments);
    if (isDirect) {
      arguments.addAll(fields);
      return script;
    }
    List<byte[]> ends = List.of(family.stage(stage), family.series(source));
    List<Request> parts = new ArrayList<>();
    parts.add(script);
    parts.addAll(Stage.pieces(Command.HSET, family.stage(stage), fields));
    parts.add(Request.of(Script.FAMILY_PUT_END, ends, List.of(Bytes.of(timeToLiveMs))));
    return Request.transaction(parts);
  }

  /** What the script says, with which a transaction begins. */
  static String answer(@Nullable Object reply) {
    return Bytes.text(reply instanceof List<?> ? Bytes.list(reply).get(0) : reply);
  }
}
