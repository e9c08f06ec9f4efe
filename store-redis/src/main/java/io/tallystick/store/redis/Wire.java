package io.tallystick.store.redis;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/**
 * Sends requests and reads their replies, many at once and in bounded pieces. Threading: any.
 *
 * <p>Nothing is sent twice but what a server said that it has not done: a script that it does not
 * know is sent again with its text, and what it has handed over to another node goes there. A
 * connection that failed, or has replies that nobody has read, is not used again.
 */
final class Wire {
  private static final long PIECE_LENGTH = 8L << 20;
  private static final int MOST_REDIRECTIONS = 5;

  private final Servers servers;
  private final AtomicLong roundTrips = new AtomicLong();

  Wire(Servers servers) {
    this.servers = servers;
  }

  /** How often something was sent, for tests. */
  long roundTrips() {
    return roundTrips.get();
  }

  /** The reply to a request; throws the error that it is. */
  @Nullable Object ask(Request request) {
    return orThrow(askEach(List.of(request)).get(0));
  }

  /** The replies to requests; throws the first error among them, once all are done. */
  List<@Nullable Object> askAll(List<Request> requests) {
    List<@Nullable Object> replies = askEach(requests);
    replies.forEach(Wire::orThrow);
    return replies;
  }

  static @Nullable Object orThrow(@Nullable Object reply) {
    if (reply instanceof StoreException e) {
      throw e;
    }
    return reply;
  }

  /** The replies to requests; an error is a {@link StoreException} in its place. */
  List<@Nullable Object> askEach(List<Request> requests) {
    List<@Nullable Object> replies = new ArrayList<>(requests.size());
    for (int from = 0; from < requests.size(); ) {
      long length = 0;
      int to = from;
      while (to < requests.size() && (to == from || length < PIECE_LENGTH)) {
        length += requests.get(to++).length();
      }
      replies.addAll(exchange(requests.subList(from, to)));
      from = to;
    }
    return replies;
  }

  private List<@Nullable Object> exchange(List<Request> requests) {
    @Nullable Object[] replies = new Object[requests.size()];
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < replies.length; i++) {
      all.add(i);
    }
    try {
      send(requests, all, replies, false);
      List<Integer> unknown = new ArrayList<>();
      for (int i = 0; i < replies.length; i++) {
        if (replies[i] instanceof JedisNoScriptException) {
          unknown.add(i);
        }
      }
      if (!unknown.isEmpty()) {
        send(requests, unknown, replies, true);
      }
      for (int i = 0; i < replies.length; i++) {
        replies[i] = redirected(requests.get(i), replies[i]);
      }
    } catch (StoreException e) {
      throw e;
    } catch (RuntimeException e) { // Jedis', and its pool's
      servers.requireOpen();
      StoreException fault = RedisFault.ofConnection(e, servers.toString());
      if (fault.category() == Category.TRANSIENT) {
        servers.refresh();
      }
      throw fault;
    }
    for (int i = 0; i < replies.length; i++) {
      if (replies[i] instanceof JedisDataException e) {
        replies[i] = RedisFault.ofReply(e, servers.toString());
      }
    }
    return Arrays.asList(replies);
  }

  private void send(
      List<Request> requests, List<Integer> which, @Nullable Object[] replies, boolean withText) {
    servers.requireOpen();
    Map<HostAndPort, List<Integer>> byNode = // in one order for all threads, against deadlock
        new TreeMap<>(Comparator.nullsFirst(Comparator.comparing(HostAndPort::toString)));
    for (int i : which) {
      byNode
          .computeIfAbsent(servers.nodeOf(requests.get(i).slotKey()), n -> new ArrayList<>())
          .add(i);
    }
    roundTrips.incrementAndGet();
    List<Connection> unread = new ArrayList<>();
    List<Connection> opened = new ArrayList<>();
    try {
      byNode.forEach(
          (node, mine) -> {
            Connection connection = servers.connection(node);
            opened.add(connection);
            unread.add(connection);
            mine.forEach(i -> connection.sendCommand(requests.get(i).toArguments(withText)));
          });
      for (List<Integer> mine : byNode.values()) {
        List<Object> answers = unread.get(0).getMany(mine.size());
        for (int i = 0; i < mine.size(); i++) {
          replies[mine.get(i)] = answers.get(i);
        }
        unread.remove(0);
      }
    } finally {
      unread.forEach(Connection::setBroken);
      opened.forEach(Wire::giveBack);
    }
  }

  /** Gives a connection back to its pool, which makes another one for one that is broken. */
  private static void giveBack(Connection connection) {
    try {
      connection.close();
    } catch (RuntimeException e) {
      // no other one could be made now; the others are given back all the same
    }
  }

  private @Nullable Object redirected(Request request, @Nullable Object first) {
    Object reply = first;
    for (int i = 0; i < MOST_REDIRECTIONS; i++) {
      if (!(reply instanceof JedisRedirectionException redirection)) {
        return reply;
      }
      boolean isAsking = redirection instanceof JedisAskDataException;
      if (!isAsking) {
        servers.refresh();
      }
      roundTrips.incrementAndGet();
      try (Connection connection = servers.connection(redirection.getTargetNode())) {
        reply = redirected(connection, request.toArguments(true), isAsking);
      }
    }
    return reply;
  }

  private static @Nullable Object redirected(
      Connection connection, CommandArguments arguments, boolean isAsking) {
    try {
      if (isAsking) {
        connection.executeCommand(Command.ASKING);
      }
      return connection.executeCommand(arguments);
    } catch (JedisDataException e) {
      return e;
    } catch (JedisException e) {
      connection.setBroken();
      throw e;
    }
  }
}
