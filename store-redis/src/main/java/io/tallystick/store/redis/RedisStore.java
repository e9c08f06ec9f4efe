package io.tallystick.store.redis;

import io.tallystick.store.BackupReader;
import io.tallystick.store.BackupWriter;
import io.tallystick.store.Capability;
import io.tallystick.store.Documents;
import io.tallystick.store.JobQueue;
import io.tallystick.store.KeyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.Limits;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import io.tallystick.store.StoreStats;
import io.tallystick.store.StoreUrl;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Protocol.Command;

/**
 * A store in Redis 6.2 or newer: {@code redis://host:port/database}, {@code rediss://…} with TLS,
 * {@code redis+sentinel://host:port,host:port/master} or {@code redis+cluster://host:port,…}.
 *
 * <p>Any number of hosts use one store at once. It is opened while Redis is away as well: each call
 * then fails with TRANSIENT, within the URL's time-outs. Time is the clock that it was opened with,
 * so the clocks of hosts must agree to less than their leases; Redis drops what has expired by its
 * own clock a day later. What Redis has acknowledged outlives processes of ours; what becomes of it
 * when Redis fails is for its persistence and replication to say.
 */
public final class RedisStore implements Store {
  private static final Pattern VERSION = Pattern.compile("redis_version:(\\S+)");
  private static final Pattern UPTIME = Pattern.compile("uptime_in_seconds:(\\d+)");

  private static final List<String> NUMBERS =
      List.of("connected_clients", "used_memory", "total_commands_processed");

  private final RedisUrl url;
  private final InstantSource clock;
  private final Servers servers;
  private final Wire wire;
  private final RedisKeyValues keyValues;
  private final RedisDocuments documents = new RedisDocuments(this);
  private final RedisLedger ledger;
  private final RedisMetrics metrics;

  private RedisStore(RedisUrl url, InstantSource clock) {
    this.url = url;
    this.clock = clock;
    this.servers = new Servers(url);
    this.wire = new Wire(servers);
    this.metrics = new RedisMetrics(wire.traffic());
    this.keyValues = new RedisKeyValues(this);
    this.ledger = new RedisLedger(this);
  }

  /**
   * Opens the store of a URL, on the system's clock.
   *
   * @throws IllegalArgumentException where the URL is not legal; the message has no secrets
   */
  public static RedisStore open(String url) {
    return open(url, InstantSource.system());
  }

  /**
   * Opens the store of a URL.
   *
   * @throws IllegalArgumentException where the URL is not legal; the message has no secrets
   */
  public static RedisStore open(String url, InstantSource clock) {
    StoreUrl parsed = StoreUrl.parse(url);
    if (!new RedisStoreProvider().schemes().contains(parsed.scheme())) {
      throw new IllegalArgumentException("no URL of Redis: scheme=" + parsed.scheme());
    }
    return open(RedisUrl.of(parsed), clock);
  }

  static RedisStore open(RedisUrl url, InstantSource clock) {
    return new RedisStore(url, clock);
  }

  Wire wire() {
    return wire;
  }

  Servers servers() {
    return servers;
  }

  String prefix() {
    return url.prefix();
  }

  long nowMs() {
    return clock.millis();
  }

  long timeToLiveMs() {
    return url.timeToLive().toMillis();
  }

  void requireOpen() {
    servers.requireOpen();
  }

  RedisKeyValues redisKeyValues() {
    return keyValues;
  }

  RedisDocuments redisDocuments() {
    return documents;
  }

  RedisLedger redisLedger() {
    return ledger;
  }

  @Override
  public KeyValues keyValues() {
    requireOpen();
    return keyValues;
  }

  @Override
  public JobQueue jobQueue(String name, RetryPolicy policy) {
    requireOpen();
    return new RedisJobQueue(this, limits().checkKey(name), policy);
  }

  @Override
  public List<String> queues() {
    requireOpen();
    return new RedisContent(this).queues();
  }

  @Override
  public Ledger ledger() {
    requireOpen();
    return ledger;
  }

  /**
   * Metrics of this store itself, as what {@code FleetScraper.Builder.beside} takes: round trips,
   * bytes, and failures.
   */
  public List<LedgerParts.Part> metrics() {
    return List.of(new LedgerParts.Part("scraper", true, nowMs(), metrics.read()));
  }

  /**
   * What gunicorn-prometheus-exporter keeps beside it, under a prefix of its own; to be closed
   * before this.
   */
  public GunicornKeys gunicorn(String keyPrefix) {
    requireOpen();
    return new GunicornKeys(this, keyPrefix);
  }

  @Override
  public Documents documents() {
    requireOpen();
    return documents;
  }

  @Override
  public Set<Capability> capabilities() {
    Set<Capability> capabilities =
        EnumSet.of(
            Capability.MULTI_PROCESS,
            Capability.MULTI_HOST,
            Capability.SURVIVES_PROCESS,
            Capability.DOCUMENTS,
            Capability.WATCHED_DOCUMENTS);
    if (!servers.isCluster()) {
      capabilities.add(Capability.ATOMIC_DOCUMENTS);
    }
    return Set.copyOf(capabilities);
  }

  @Override
  public Limits limits() {
    return Limits.DEFAULT;
  }

  @Override
  public StoreStats stats() {
    requireOpen();
    String info = Bytes.text(wire.ask(Request.keyless(Command.INFO, ledger.keys().sources())));
    return new RedisContent(this).stats(first(VERSION, info), uptime(info));
  }

  /**
   * What the server says of itself: {@code connected_clients}, {@code used_memory} in bytes, {@code
   * total_commands_processed}; of a Cluster, one of its servers.
   *
   * @throws io.tallystick.store.StoreException where it cannot be reached
   */
  public Map<String, Long> serverNumbers() {
    requireOpen();
    String info = Bytes.text(wire.ask(Request.keyless(Command.INFO, ledger.keys().sources())));
    Map<String, Long> numbers = new TreeMap<>();
    for (String name : NUMBERS) {
      String number = first(Pattern.compile("(?m)^" + name + ":(\\d+)"), info);
      if (!number.isEmpty()) {
        numbers.put(name, Long.valueOf(number));
      }
    }
    return numbers;
  }

  private static Duration uptime(String info) {
    String seconds = first(UPTIME, info);
    return seconds.isEmpty() ? Duration.ZERO : Duration.ofSeconds(Long.parseLong(seconds));
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : "";
  }

  @Override
  public void ping() {
    requireOpen();
    Object unused = wire.ask(Request.keyless(Command.PING, ledger.keys().sources()));
  }

  @Override
  public void backup(Path file) {
    requireOpen();
    try (BackupWriter backup = BackupWriter.create(file, nowMs())) {
      new RedisContent(this).write(backup);
      backup.commit();
    }
  }

  @Override
  public void restore(Path file, RestoreMode mode) {
    requireOpen();
    new RedisRestore(this).run(BackupReader.open(file), mode);
  }

  @Override
  public void close() {
    servers.close();
  }

  /** The URL without secrets. */
  @Override
  public String toString() {
    return url.toString();
  }
}
