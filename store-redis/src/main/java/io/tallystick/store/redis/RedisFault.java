package io.tallystick.store.redis;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/**
 * What a caller can do about an error of Redis or of the way to it. What the server says begins
 * with a code; where a script met the error, 6.2 has that behind the place in the script.
 */
final class RedisFault {
  private static final Pattern IN_SCRIPT =
      Pattern.compile("@user_script: ?\\d+: (?:@user_script: ?\\d+: )?-?([A-Z]{2,})");
  private static final Pattern CODE = Pattern.compile("-?([A-Z]{2,})\\b");

  /**
   * What stands before the error for which a server takes in a transaction, and does not run it.
   */
  private static final String NOT_RUN = "EXECABORT Transaction discarded because of: ";

  /** Of them a server or its cluster recovers, or an operator frees it. */
  private static final Set<String> TRANSIENT =
      Set.of(
          "LOADING",
          "READONLY",
          "OOM",
          "TRYAGAIN",
          "CLUSTERDOWN",
          "MASTERDOWN",
          "BUSY",
          "MISCONF",
          "NOREPLICAS",
          "UNKILLABLE",
          "MOVED",
          "ASK",
          "NOSCRIPT",
          "UNBLOCKED");

  /** Of them another server may answer in its place by now. */
  private static final Set<String> OF_WRONG_SERVER =
      Set.of("READONLY", "MASTERDOWN", "CLUSTERDOWN");

  private static final int LONGEST_CODE = 12;

  private RedisFault() {}

  /** The error that a server answered with. */
  static StoreException ofReply(JedisDataException error, Servers server) {
    if (error instanceof JedisRedirectionException && !server.isCluster()) {
      return new StoreException(
          Category.PERMANENT,
          "server is a node of a Cluster, use redis+cluster://: server=" + server,
          error);
    }
    String code = codeOf(error);
    Category category = isTransient(error, code) ? Category.TRANSIENT : Category.PERMANENT;
    return new StoreException(
        category, "Redis refuses a call: code=" + code + " server=" + server, error);
  }

  /** Whether somebody has put another kind of key in the place of one of ours. */
  static boolean isWrongType(StoreException error) {
    return error.getCause() instanceof JedisDataException reply
        && codeOf(reply).equals("WRONGTYPE");
  }

  private static boolean isTransient(JedisDataException error, String code) {
    return TRANSIENT.contains(code) || String.valueOf(error.getMessage()).contains("max number of");
  }

  /** Whether another server may be the one to ask by now, under the same name too. */
  static boolean isOfWrongServer(JedisDataException error) {
    return OF_WRONG_SERVER.contains(codeOf(error));
  }

  /** Whether all connections were in use for as long as one waits for them. */
  static boolean isPoolExhausted(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof NoSuchElementException) {
        return true;
      }
    }
    return false;
  }

  /** The failure to reach a server, or to be let in by it. */
  static StoreException ofConnection(Throwable failure, Servers server) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof JedisDataException reply) {
        return ofReply(reply, server);
      }
      if (each instanceof SSLHandshakeException) {
        return new StoreException(
            Category.PERMANENT,
            "Redis is not trusted, or does not trust us: server=" + server + server.hint(),
            failure);
      }
    }
    String what = isPoolExhausted(failure) ? "no connection is free" : "Redis cannot be reached";
    return new StoreException(
        Category.TRANSIENT, what + ": server=" + server + server.hint(), failure);
  }

  /** The code that an error begins with; what a script or a transaction only passes on counts. */
  static String codeOf(JedisDataException error) {
    String whole = String.valueOf(error.getMessage());
    String message = whole.startsWith(NOT_RUN) ? whole.substring(NOT_RUN.length()) : whole;
    Matcher inScript = IN_SCRIPT.matcher(message);
    if (inScript.find() && inScript.group(1).length() <= LONGEST_CODE) {
      return inScript.group(1);
    }
    Matcher first = CODE.matcher(message);
    if (first.lookingAt()) {
      return first.group(1);
    }
    return error instanceof JedisAccessControlException ? "NOAUTH" : "ERR";
  }
}
