package io.tallystick.store.redis;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * A connection outside the pool, for what waits long for its answer. One thread asks; any closes
 * it, which ends what the other one waits for.
 */
final class OwnConnection implements AutoCloseable {
  private final Servers servers;
  private final byte[] slotKey;
  private final Consumer<OwnConnection> whenClosed;
  private @Nullable Connection connection; // of the thread that asks
  private @Nullable Socket socket; // guarded by this, as what follows
  private boolean closed;

  OwnConnection(Servers servers, byte[] slotKey, Consumer<OwnConnection> whenClosed) {
    this.servers = servers;
    this.slotKey = slotKey;
    this.whenClosed = whenClosed;
  }

  /** The servers of which it leads to one. */
  Servers servers() {
    return servers;
  }

  /**
   * The answer to a command, which the server may take some time for; connects where it is not. A
   * connection that has failed is to be {@linkplain #drop dropped}.
   */
  @Nullable Object ask(CommandArguments command, Duration patience) {
    if (connection == null) {
      connection = servers.connect(slotKey, NotedSockets::new);
    }
    long timeoutMs = patience.plus(servers.timeout()).toMillis();
    connection.setSoTimeout((int) Math.min(Integer.MAX_VALUE, timeoutMs));
    connection.sendCommand(command);
    return connection.getOne();
  }

  /** Leaves the server: the next question connects anew. */
  void drop() {
    connection = null;
    Socket present;
    synchronized (this) {
      present = socket;
      socket = null;
    }
    close(present);
  }

  private synchronized void note(Socket made) {
    socket = made;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    Socket present;
    synchronized (this) {
      closed = true;
      present = socket;
    }
    close(present);
    whenClosed.accept(this);
  }

  private static void close(@Nullable Socket socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      // it leads nowhere any more
    }
  }

  /** Sockets that {@link #close} finds, also while a server is yet to answer the first words. */
  private final class NotedSockets implements JedisSocketFactory {
    private final JedisSocketFactory sockets;

    NotedSockets(HostAndPort node, JedisClientConfig config) {
      this.sockets = new DefaultJedisSocketFactory(node, config);
    }

    @Override
    public Socket createSocket() {
      Socket made = sockets.createSocket();
      note(made);
      if (isClosed()) {
        OwnConnection.close(made);
        throw new JedisConnectionException("closed while it was made");
      }
      return made;
    }
  }
}
