package io.tallystick.store.redis;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.store.redis.RedisUrl.Tls;
import java.util.LinkedHashSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
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
 * opened while Redis is away. Threading: any.
 */
final class Servers implements AutoCloseable {
  private final RedisUrl url;
  private volatile boolean closed;
  private @Nullable ConnectionProvider provider; // guarded by this

  Servers(RedisUrl url) {
    this.url = url;
  }

  /** Where the key's slot is; null where there is one server for all. */
  @Nullable HostAndPort nodeOf(byte[] key) {
    if (url.topology() != RedisUrl.Topology.CLUSTER) {
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

  private synchronized ConnectionProvider provider() {
    requireOpen();
    ConnectionProvider present = provider;
    if (present == null) {
      present = connect();
      provider = present;
    }
    return present;
  }

  private ConnectionProvider connect() {
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxTotal(url.poolSize());
    pool.setMaxIdle(url.poolSize());
    pool.setMaxWait(url.connectTimeout().plus(url.timeout()));
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

  /** Forgets idle connections, and where slots are, after one has failed. */
  void refresh() {
    ConnectionProvider present;
    synchronized (this) {
      present = provider;
    }
    if (present == null || closed) {
      return;
    }
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
    ConnectionProvider present;
    synchronized (this) {
      present = provider;
      provider = null;
    }
    if (present != null) {
      try {
        present.close();
      } catch (Exception e) {
        throw new StoreException(Category.TRANSIENT, "Redis is not left: server=" + url, e);
      }
    }
  }

  @Override
  public String toString() {
    return url.toString();
  }
}
