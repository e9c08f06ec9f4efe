package io.tallystick.store.redis;

import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Protocol.Command;

/**
 * Arguments that are too many for a script: they go ahead of it, piece by piece, to a key of its
 * own, in one transaction with it. So that key is never there for others, and never left behind.
 */
final class Stage {
  private static final int MOST_DIRECT = 4_000;
  private static final int MOST_DIRECT_BYTES = 1 << 20;
  private static final int PAIR = 2;

  private Stage() {}

  /** Whether a script can have them all. */
  static boolean isFew(List<byte[]> arguments) {
    long length = 0;
    for (byte[] argument : arguments) {
      length += argument.length;
    }
    return arguments.size() <= MOST_DIRECT && length <= MOST_DIRECT_BYTES;
  }

  /** Commands with a key and arguments, of which no two that are a pair are parted. */
  static List<Request> pieces(Command command, byte[] key, List<byte[]> arguments) {
    List<Request> pieces = new ArrayList<>();
    for (int from = 0; from < arguments.size(); ) {
      int to = from;
      long length = 0;
      while (to < arguments.size() && to - from < MOST_DIRECT && length < MOST_DIRECT_BYTES) {
        for (int end = Math.min(to + PAIR, arguments.size()); to < end; to++) {
          length += arguments.get(to).length;
        }
      }
      pieces.add(Request.of(command, key, arguments.subList(from, to)));
      from = to;
    }
    return pieces;
  }
}
