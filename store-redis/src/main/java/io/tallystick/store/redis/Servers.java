package io.tallystick.store.redis;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.redis.RedisUrl.Tls;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;
import redis.clients.jedis.util.JedisClusterCRC16;
import redis.clients.jedis.util.Pool;

/**
 * The connections of a store. The first one is made when it is needed, so that a store can be
 * opened while Redis is away. Whoever needs it meanwhile waits for it, for as long as for a
 * connection of the pool, and fails as it does. Threading: any.
 */
final class Servers implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.tallystick");

  private final RedisUrl url;

  /** The first connection, once somebody makes it; all share what becomes of it. */
  private final AtomicReference<@Nullable CompletableFuture<ConnectionProvider>> first =
      new AtomicReference<>();

  private final Set<OwnConnection> own = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Servers(RedisUrl url) {
    this.url = url;
  }

  boolean isCluster() {
    return url.topology() == RedisUrl.Topology.CLUSTER;
  }

  /** What may be wrong where servers hang up; empty where nothing is likely. */
  String hint() {
    Tls tls = url.tls();
    return tls != null && tls.keyStore() == null
        ? "; it may ask for a certificate, which keyStore gives"
        : "";
  }

  /** Where the key's slot is; null where there is one server for all. */
  @Nullable HostAndPort nodeOf(byte[] key) {
    if (!isCluster()) {
      return null;
    }
    HostAndPort node = cluster().getNode(JedisClusterCRC16.getSlot(key));
    if (node == null) {
      throw new StoreException(Category.TRANSIENT, "no node has a slot: server=" + url);
    }
    return node;
  }

  private ClusterConnectionProvider cluster() {
    return (ClusterConnectionProvider) provider();
  }

  /** A connection, which the caller closes. */
  Connection connection(@Nullable HostAndPort node) {
    return node == null ? provider().getConnection() : cluster().getConnection(node);
  }

  private ConnectionProvider provider() {
    requireOpen();
    CompletableFuture<ConnectionProvider> mine = new CompletableFuture<>();
    CompletableFuture<ConnectionProvider> present = first.compareAndExchange(null, mine);
    if (present != null) {
      return await(present);
    }
    ConnectionProvider connected;
    try {
      connected = connect();
    } catch (RuntimeException e) {
      first.compareAndSet(mine, null); // the next call tries again
      mine.completeExceptionally(e);
      throw e;
    }
    mine.complete(connected);
    if (closed && first.compareAndSet(mine, null)) { // close() came before it was there
      leave(connected);
    }
    requireOpen();
    return connected;
  }

  private ConnectionProvider await(CompletableFuture<ConnectionProvider> connecting) {
    try {
      return connecting.get(patience().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new JedisException("not connected in time", e);
    } catch (ExecutionException e) {
      throw new JedisException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new JedisException("interrupted", e);
    }
  }

  /** How long a call waits for a connection. */
  private Duration patience() {
    return url.connectTimeout().plus(url.timeout());
  }

  private ConnectionProvider connect() {
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxTotal(url.poolSize());
    pool.setMaxIdle(url.poolSize());
    pool.setMaxWait(patience());
    pool.setJmxEnabled(false);
    return switch (url.topology()) {
      case STANDALONE ->
          new PooledConnectionProvider(
              url.servers().get(0), config(url.user(), url.password(), url.database()), pool);
      case SENTINEL ->
          new SentineledConnectionProvider(
              Objects.requireNonNull(url.master()),
              config(url.user(), url.password(), url.database()),
              pool,
              new LinkedHashSet<>(url.servers()),
              config(url.sentinelUser(), url.sentinelPassword(), 0));
      case CLUSTER ->
          new ClusterConnectionProvider(
              new LinkedHashSet<>(url.servers()), config(url.user(), url.password(), 0), pool);
    };
  }

  private JedisClientConfig config(@Nullable String user, @Nullable String password, int database) {
    DefaultJedisClientConfig.Builder builder =
        DefaultJedisClientConfig.builder()
            .resp2()
            .connectionTimeoutMillis((int) url.connectTimeout().toMillis())
            .socketTimeoutMillis((int) url.timeout().toMillis())
            .user(user)
            .password(password)
            .database(database)
            .clientName("tallystick");
    Tls tls = url.tls();
    if (tls != null) {
      builder.sslOptions(options(tls)); // which verify certificates and the names of hosts
    }
    return builder.build();
  }

  private static SslOptions options(Tls tls) {
    SslOptions.Builder options = SslOptions.builder();
    if (tls.trustStore() != null) {
      options.truststore(tls.trustStore().toFile(), characters(tls.trustStorePassword()));
    }
    if (tls.keyStore() != null) {
      options.keystore(tls.keyStore().toFile(), characters(tls.keyStorePassword()));
    }
    return options.build();
  }

  private static char @Nullable [] characters(@Nullable String text) {
    return text == null ? null : text.toCharArray();
  }

  /** A connection outside the pool to the server that has a key's slot; made when it is needed. */
  OwnConnection ownConnection(byte[] slotKey) {
    OwnConnection connection = new OwnConnection(this, slotKey, own::remove);
    own.add(connection);
    if (closed) {
      connection.close(); // of close() and this, one at least sees the other
    }
    return connection;
  }

  /** Connects to the server that has a key's slot now, by sockets of one's own. */
  Connection connect(
      byte[] slotKey, BiFunction<HostAndPort, JedisClientConfig, JedisSocketFactory> sockets) {
    HostAndPort node =
        switch (url.topology()) {
          case STANDALONE -> url.servers().get(0);
          case SENTINEL -> ((SentineledConnectionProvider) provider()).getCurrentMaster();
          case CLUSTER -> Objects.requireNonNull(nodeOf(slotKey));
        };
    JedisClientConfig config = config(url.user(), url.password(), isCluster() ? 0 : url.database());
    return new Connection(sockets.apply(node, config), config);
  }

  /** How long an answer may take. */
  Duration timeout() {
    return url.timeout();
  }

  /** Forgets idle connections, and where slots are, after one has failed. */
  void refresh() {
    CompletableFuture<ConnectionProvider> made = first.get();
    if (made == null || !made.isDone() || made.isCompletedExceptionally() || closed) {
      return;
    }
    ConnectionProvider present = made.join();
    try {
      present.getConnectionMap().values().forEach(pool -> ((Pool<?>) pool).clear());
      if (present instanceof ClusterConnectionProvider nodes) {
        nodes.renewSlotCache();
      }
    } catch (JedisException | IllegalStateException e) {
      // the next call says what is wrong
    }
  }

  boolean isClosed() {
    return closed;
  }

  void requireOpen() {
    if (closed) {
      throw new StoreException(Category.PERMANENT, "store is closed: backend=redis");
    }
  }

  @Override
  public void close() {
    closed = true;
    List.copyOf(own).forEach(OwnConnection::close);
    CompletableFuture<ConnectionProvider> made = first.getAndSet(null);
    if (made != null) {
      CompletableFuture<Void> unused = made.thenAccept(this::leave); // now, or when it is made
    }
  }

  private void leave(ConnectionProvider provider) {
    try {
      provider.close();
    } catch (Exception e) {
      LOG.log(System.Logger.Level.WARNING, "Redis was not left in order: server=" + url, e);
    }
  }

  @Override
  public String toString() {
    return url.toString();
  }
}
