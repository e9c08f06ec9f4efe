package io.tallystick.store.redis;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * Which run of a server has all about sources: another one once it was started again, or others
 * took over, which may have less.
 */
final class ServerRun {
  private static final Pattern ID = Pattern.compile("run_id:(\\w+)");

  private ServerRun() {}

  static Request toAsk(LedgerKeys keys) {
    return Request.keyless(Command.INFO, keys.sources(), "server");
  }

  /** The run; empty where the server does not say. */
  static String id(@Nullable Object reply) {
    Matcher matcher = ID.matcher(reply instanceof byte[] info ? Bytes.text(info) : "");
    return matcher.find() ? matcher.group(1) : "";
  }
}
