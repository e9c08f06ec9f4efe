package io.tallystick.store.redis;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
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
  private final Traffic traffic = new Traffic();

  Wire(Servers servers) {
    this.servers = servers;
  }

  /** How often something was sent. */
  long roundTrips() {
    return traffic.roundTrips();
  }

  /** What went to and fro. */
  Traffic traffic() {
    return traffic;
  }

  /** The reply to a request; throws the error that it is. */
  @Nullable Object ask(Request request) {
    return orThrow(askEach(List.of(request)).get(0));
  }

  /**
   * The replies to requests; throws the first error among them, or in a transaction, once all are
   * done.
   */
  List<@Nullable Object> askAll(List<Request> requests) {
    List<@Nullable Object> replies = askEach(requests);
    for (Object reply : replies) {
      if (orThrow(reply) instanceof List<?>) {
        Bytes.list(reply).forEach(Wire::orThrow);
      }
    }
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
      traffic.countSent(length);
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
      List<Integer> unknown = which(replies, JedisNoScriptException.class);
      if (!unknown.isEmpty()) {
        send(requests, unknown, replies, true);
      }
      if (servers.isCluster()) {
        redirect(requests, replies);
      }
    } catch (StoreException e) {
      throw e;
    } catch (RuntimeException e) { // Jedis', and its pool's
      servers.requireOpen();
      StoreException fault = RedisFault.ofConnection(e, servers);
      if (fault.category() == Category.TRANSIENT && !RedisFault.isPoolExhausted(e)) {
        servers.refresh();
      }
      traffic.countFailure(fault);
      throw fault;
    }
    boolean isElsewhere = false;
    for (int i = 0; i < replies.length; i++) {
      if (replies[i] instanceof JedisDataException e) {
        isElsewhere |= RedisFault.isOfWrongServer(e);
        replies[i] = RedisFault.ofReply(e, servers);
      } else if (replies[i] instanceof List<?>) {
        replies[i] = withFaults(Bytes.list(replies[i]));
      }
    }
    if (isElsewhere) {
      servers.refresh();
    }
    List<@Nullable Object> answers = Arrays.asList(replies);
    traffic.countReplies(answers);
    return answers;
  }

  /** A list, such as of a transaction's replies, with the errors among them as faults. */
  private List<@Nullable Object> withFaults(List<@Nullable Object> list) {
    if (list.stream().anyMatch(JedisDataException.class::isInstance)) {
      list.replaceAll(
          each -> each instanceof JedisDataException e ? RedisFault.ofReply(e, servers) : each);
    }
    return list;
  }

  private static List<Integer> which(@Nullable Object[] replies, Class<?> type) {
    List<Integer> found = new ArrayList<>();
    for (int i = 0; i < replies.length; i++) {
      if (type.isInstance(replies[i])) {
        found.add(i);
      }
    }
    return found;
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
    traffic.countRoundTrip();
    List<Connection> unread = new ArrayList<>();
    List<Connection> opened = new ArrayList<>();
    try {
      byNode.forEach(
          (node, mine) -> {
            Connection connection = servers.connection(node);
            opened.add(connection);
            unread.add(connection);
            mine.forEach(
                i -> requests.get(i).toCommands(withText).forEach(connection::sendCommand));
          });
      for (List<Integer> mine : byNode.values()) {
        int commands = mine.stream().mapToInt(i -> requests.get(i).commands()).sum();
        List<@Nullable Object> answers = Bytes.list(unread.get(0).getMany(commands));
        int at = 0;
        for (int i : mine) {
          int to = at + requests.get(i).commands();
          replies[i] = requests.get(i).reply(answers.subList(at, to));
          at = to;
        }
        Connection read = unread.remove(0);
        if (answers.stream().anyMatch(Wire::isOfWrongServer)) {
          read.setBroken(); // its name may lead to another server by now
        }
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

  private static boolean isOfWrongServer(@Nullable Object reply) {
    return reply instanceof JedisDataException e && RedisFault.isOfWrongServer(e);
  }

  /**
   * Sends what other nodes have to these: all at once after it was asked anew where slots are, and
   * what is redirected still, since nodes learn of it one after the other, where its reply says.
   */
  private void redirect(List<Request> requests, @Nullable Object[] replies) {
    List<Integer> moved = which(replies, JedisMovedDataException.class);
    if (!moved.isEmpty()) {
      servers.refresh();
      send(requests, moved, replies, true);
    }
    for (int i : which(replies, JedisRedirectionException.class)) {
      replies[i] = followed(requests.get(i), replies[i]);
    }
  }

  private @Nullable Object followed(Request request, @Nullable Object first) {
    Object reply = first;
    for (int i = 0; i < MOST_REDIRECTIONS; i++) {
      if (!(reply instanceof JedisRedirectionException redirection)) {
        return reply;
      }
      traffic.countRoundTrip();
      try (Connection connection = servers.connection(redirection.getTargetNode())) {
        boolean isAsking = redirection instanceof JedisAskDataException;
        reply = redirected(connection, request, isAsking);
      }
    }
    return reply;
  }

  private static @Nullable Object redirected(
      Connection connection, Request request, boolean isAsking) {
    try {
      if (isAsking) { // which holds for all of a transaction
        connection.executeCommand(Command.ASKING);
      }
      request.toCommands(true).forEach(connection::sendCommand);
      return request.reply(Bytes.list(connection.getMany(request.commands())));
    } catch (JedisException e) {
      connection.setBroken();
      throw e;
    }
  }
}
