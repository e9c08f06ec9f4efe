package io.tallystick.store.redis;

import io.tallystick.store.Documents;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;

/**
 * Waits for numbers of a set with {@code XREAD BLOCK}, on a connection of its own.
 *
 * <p>The script that gives a number makes it the id of the only entry of a stream, in one step. Who
 * asks for what is behind a number gets the latest one at once where there is a greater one, and
 * else when there is: nothing comes between looking and waiting, and a question that was cut off is
 * asked again as it was. The server is asked anew every few seconds, so that one which does not
 * answer any more is noticed. A connection that failed is made again, each time a little later.
 */
final class RedisWatch implements Documents.Watch {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final Duration LONGEST_BLOCK = Duration.ofSeconds(2);
  private static final long SHORTEST_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long LONGEST_RETRY_NS = TimeUnit.SECONDS.toNanos(1);

  private final OwnConnection connection;
  private final byte[] stream;
  private final Traffic traffic;
  private final CountDownLatch closed = new CountDownLatch(1);
  private long retryNs; // of the thread that waits, as what follows; 0 after an answer
  private long failedNs;

  RedisWatch(OwnConnection connection, byte[] stream, Traffic traffic) {
    this.connection = connection;
    this.stream = stream;
    this.traffic = traffic;
  }

  @Override
  public long await(long after, Duration atMost) {
    long startNs = System.nanoTime();
    long allNs = TimeUnit.NANOSECONDS.convert(atMost);
    while (isOpen()) {
      long nowNs = System.nanoTime();
      long leftNs = allNs - (nowNs - startNs);
      if (leftNs <= 0) {
        return after;
      }
      long restNs = retryNs - (nowNs - failedNs);
      if (retryNs > 0 && restNs > 0) {
        rest(Math.min(restNs, leftNs));
        continue;
      }
      long number = ask(after, leftNs);
      if (number > after) {
        return number;
      }
    }
    return after;
  }

  private boolean isOpen() {
    return closed.getCount() > 0
        && !connection.servers().isClosed()
        && !Thread.currentThread().isInterrupted();
  }

  private void rest(long ns) {
    try {
      boolean unused = closed.await(ns, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long ask(long after, long leftNs) {
    long leftMs = Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNs)); // 0 would be for ever
    Duration block = Duration.ofMillis(Math.min(leftMs, LONGEST_BLOCK.toMillis()));
    try {
      traffic.countRoundTrip();
      Object reply = connection.ask(question(after, block), block);
      long number = reply == null ? after : latest(reply);
      retryNs = 0;
      return number;
    } catch (RuntimeException e) { // Jedis', and its pool's
      connection.drop();
      if (isOpen()) {
        noteFailure(e);
      }
      return after;
    }
  }

  private CommandArguments question(long after, Duration block) {
    return new CommandArguments(Command.XREAD)
        .add("BLOCK")
        .add(Bytes.of(block.toMillis()))
        .add("STREAMS")
        .add(stream)
        .add(Bytes.of(after + "-0"));
  }

  /** The number of the last entry: of each stream its name and entries, of each its id and more. */
  private static long latest(Object reply) {
    List<@Nullable Object> only = Bytes.list(Bytes.list(reply).get(0));
    List<@Nullable Object> entries = Bytes.list(only.get(1));
    String id = Bytes.text(Bytes.list(entries.get(entries.size() - 1)).get(0));
    return Bytes.number(Bytes.of(id.substring(0, id.indexOf('-'))));
  }

  private void noteFailure(RuntimeException failure) {
    Servers servers = connection.servers();
    StoreException fault =
        failure instanceof StoreException e ? e : RedisFault.ofConnection(failure, servers);
    traffic.countFailure(fault);
    if (retryNs == 0) {
      LOG.log(System.Logger.Level.WARNING, "Redis does not say when there is something new", fault);
    }
    if (fault.category() == Category.TRANSIENT) {
      servers.refresh();
    }
    retryNs = Math.min(LONGEST_RETRY_NS, Math.max(SHORTEST_RETRY_NS, 2 * retryNs));
    failedNs = System.nanoTime();
  }

  @Override
  public void close() {
    closed.countDown();
    connection.close();
  }
}
