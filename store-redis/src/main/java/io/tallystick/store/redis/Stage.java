package io.tallystick.store.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import redis.clients.jedis.Protocol.Command;

/**
 * The arguments of a script that are too many for one command: they go ahead of it, piece by piece,
 * to a list that the script takes in and removes. One that its script never comes for expires.
 */
final class Stage {
  /** No script runs without all of them. */
  static final byte[] NONE = {};

  private static final int MOST_DIRECT = 4_000;
  private static final int MOST_DIRECT_BYTES = 1 << 20;
  private static final byte[] TIME_TO_LIVE_MS = Bytes.of(Duration.ofMinutes(10).toMillis());

  private final String id = UUID.randomUUID().toString();

  /** The last part of the list's name. */
  String id() {
    return id;
  }

  /**
   * Adds arguments to a script's, or the requests that stage them.
   *
   * @param requests what goes ahead of the script
   * @param script the script's arguments
   * @return how many are staged, as the script is told; {@link #NONE} where they were added
   */
  byte[] put(byte[] key, List<byte[]> arguments, List<Request> requests, List<byte[]> script) {
    if (isFew(arguments)) {
      script.addAll(arguments);
      return NONE;
    }
    for (int from = 0; from < arguments.size(); ) {
      int to = from;
      long length = 0;
      while (to < arguments.size() && to - from < MOST_DIRECT && length < MOST_DIRECT_BYTES) {
        length += arguments.get(to++).length;
      }
      List<byte[]> part = arguments.subList(from, to);
      if (from == 0) { // with its time to live, should nothing more come
        List<byte[]> first = new ArrayList<>(part);
        first.add(0, TIME_TO_LIVE_MS);
        requests.add(Request.of(Script.STAGE, List.of(key), first));
      } else {
        requests.add(Request.of(Command.RPUSH, key, part));
      }
      from = to;
    }
    return Bytes.of(arguments.size());
  }

  private static boolean isFew(List<byte[]> arguments) {
    long length = 0;
    for (byte[] argument : arguments) {
      length += argument.length;
    }
    return arguments.size() <= MOST_DIRECT && length <= MOST_DIRECT_BYTES;
  }
}
