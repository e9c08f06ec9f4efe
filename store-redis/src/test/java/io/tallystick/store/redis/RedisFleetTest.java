package io.tallystick.store.redis;

import static io.tallystick.store.redis.Counters.LEASE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import io.tallystick.testing.Seed;
import io.tallystick.testing.TurnedClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Protocol.Command;

/**
 * Ten hosts that count, publish what has changed, are cut off, end and begin, beside a client in
 * Python, while at random the way to the server fails, keys of the ledger go, and the server stops,
 * loses all, or comes back with old data, between rounds and between two round trips of a call.
 * Their clocks differ. {@code -Dtallystick.fleetRounds=2000} runs longer.
 */
class RedisFleetTest {
  private static final int HOSTS = 10;
  private static final int ROUNDS = Integer.getInteger("tallystick.fleetRounds", 100);
  private static final int WHOLE_EVERY = 4;
  private static final int MOST_ATTEMPTS = 3; // what is lost is found, and then all is published
  private static final int MOST_REQUESTS = 20; // about as many as a round has
  private static final String PREFIX = "prometheus";

  @TempDir private Path folder;

  private final long seed = Seed.next();
  private final Random random = new Random(seed);
  private final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));
  private final FleetTotals totals = new FleetTotals();
  private final List<FleetHost> hosts = new ArrayList<>();
  private RedisProcess server;
  private CuttingProxy proxy;
  private RedisStore janitor; // past the proxy
  private boolean hasOldSources; // of which a restart made sources that are no host's
  private boolean isSaved;
  private String happened = "";

  private boolean tries(BooleanSupplier action) {
    try {
      return action.getAsBoolean();
    } catch (StoreException e) {
      assertThat(e.category()).as(e.toString()).isEqualTo(Category.TRANSIENT);
      return false;
    }
  }

  @BeforeEach
  void start() throws Exception {
    server = RedisProcess.start(folder);
    proxy = CuttingProxy.start(server.port());
    janitor = RedisStore.open(server.url() + "?timeoutMs=2000", clock);
    for (int i = 0; i < HOSTS; i++) {
      hosts.add(newHost());
    }
  }

  private FleetHost newHost() {
    long skewMs = random.nextInt(10_000) - 5_000L;
    RedisStore store =
        RedisStore.open(
            proxy.url() + "?connectTimeoutMs=1000&timeoutMs=1000&poolSize=1",
            () -> clock.instant().plusMillis(skewMs));
    return new FleetHost(totals, store, random);
  }

  @AfterEach
  void end() throws Exception {
    hosts.forEach(FleetHost::close);
    janitor.close();
    proxy.close();
    server.close();
  }

  @Test
  void shouldNeverShowLessAndSoonShowAllWhateverFails() throws Exception {
    for (int round = 1; round <= ROUNDS; round++) {
      String when = Seed.describe(seed) + ", round " + round;
      try {
        round(round, when);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(when + ", after " + happened + ": " + e.getMessage(), e);
      }
    }
    assertThat(totals.names()).isGreaterThan(HOSTS + 3);
  }

  private void round(int round, String when) throws Exception {
    happened = "";
    fail();
    for (FleetHost host : hosts) {
      host.count();
      if (random.nextInt(3) > 0) {
        boolean unused = tries(host::publish);
      }
    }
    proxy.mend();
    proxy.throwFailure();
    Await.until("server", () -> tries(this::answers));
    if (random.nextBoolean()) {
      countInPython();
    }
    totals.assertNotLess(janitor.ledger().read(), hosts, when + ", after " + happened);
    if (round % WHOLE_EVERY == 0) {
      for (FleetHost host : hosts) {
        publishAll(host);
      }
      totals.assertWhole(
          janitor.ledger().parts(Set.of()), hosts, when + ", after " + happened + ", whole");
    }
  }

  private boolean answers() {
    janitor.ping();
    return true;
  }

  private void publishAll(FleetHost host) {
    int attempts = 0;
    while (!tries(host::publish)) {
      assertThat(++attempts).as(host.source()).isLessThan(MOST_ATTEMPTS);
    }
  }

  /** As the client does: when it is created, unless that is known, and then by how much. */
  private void countInPython() {
    int family = random.nextInt(FleetHost.FAMILIES);
    int series = random.nextInt(FleetHost.SERIES);
    int amount = random.nextInt(50);
    String key = PREFIX + "_m" + family;
    String labels = ":{\"path\":\"/" + series + "\"}";
    String now = (1_900_000_000L + random.nextInt(1_000_000)) + ".25";
    server.run(Command.HSETNX, key, "_created" + labels, now);
    server.run(Command.HINCRBYFLOAT, key, "_total" + labels, Integer.toString(amount));
    totals.addToBase(family, series, amount);
  }

  /** Lets something happen, now or between two round trips of what comes next. */
  private void fail() throws Exception {
    switch (random.nextInt(18)) {
      case 0 -> proxy.cutAfter(random.nextInt(20_000), Long.MAX_VALUE);
      case 1 -> proxy.cutAfter(Long.MAX_VALUE, random.nextInt(2_000));
      case 2 -> stop();
      case 3 -> endOne();
      case 4 -> cutOffAll();
      case 5 -> restart(false);
      case 6 -> restart(isSaved);
      case 7 -> save();
      case 8, 9 -> meanwhile(this::flush);
      case 10, 11, 12, 13 -> meanwhile(this::deleteOne);
      case 14 -> meanwhile(this::cutOffAll);
      default -> meanwhile(this::countInPython);
    }
  }

  private void meanwhile(Runnable action) {
    proxy.before(random.nextInt(MOST_REQUESTS), action);
  }

  private void stop() throws Exception {
    happened += " stop";
    server.signal("STOP");
    boolean unused = tries(hosts.get(random.nextInt(HOSTS))::publish);
    server.signal("CONT");
  }

  private void endOne() {
    int gone = random.nextInt(HOSTS);
    FleetHost host = hosts.get(gone);
    happened += " end of " + host.source();
    if (random.nextBoolean()) {
      meanwhile(random.nextBoolean() ? this::countInPython : this::cutOffAll);
    }
    publishAll(host);
    String last = host.source();
    while (tries(
        () -> host.store().ledger().sources().stream().anyMatch(s -> s.name().equals(last)))) {
      boolean unused = tries(() -> host.store().ledger().retire(last));
    }
    proxy.mend();
    host.fold();
    host.close();
    hosts.set(gone, newHost());
  }

  /** Turns the clock until no lease runs, and retires all; this may be cut off as well. */
  private void cutOffAll() {
    happened += " cut-off";
    clock.turn(LEASE.multipliedBy(2));
    boolean isHost = !random.nextBoolean() && !Thread.currentThread().getName().equals("requests");
    RedisStore store = isHost ? hosts.get(0).store() : janitor; // on that thread hosts wait for us
    if (tries(() -> store.ledger().retireExpired().isEmpty())) {
      happened += " of nobody";
    }
    if (store == janitor) {
      hasOldSources = false;
    }
  }

  private void flush() {
    happened += " flush";
    server.run(Command.FLUSHALL);
    hasOldSources = false;
    totals.loseAll();
  }

  private void save() {
    if (hasOldSources) {
      return;
    }
    happened += " save";
    hosts.forEach(this::publishAll);
    totals.assertWhole(janitor.ledger().parts(Set.of()), hosts, "before saving");
    server.run(Command.SAVE);
    totals.save(hosts);
    isSaved = true;
  }

  private void restart(boolean withOldData) throws Exception {
    happened += withOldData ? " restart with old data" : " restart";
    server.kill();
    if (withOldData) {
      totals.goBack(hosts);
      hasOldSources = true;
    } else {
      Files.deleteIfExists(folder.resolve("dump.rdb"));
      isSaved = false;
      totals.loseAll();
      hasOldSources = false;
    }
    server.restart();
  }

  /** Deletes a key of the ledger; but for those that say what to go on from. */
  private void deleteOne() {
    Set<String> live = hosts.stream().map(FleetHost::source).collect(Collectors.toSet());
    TreeSet<String> keys = new TreeSet<>();
    for (Object each : (List<?>) server.run(Command.KEYS, "*")) {
      String key = new String((byte[]) each, StandardCharsets.UTF_8);
      boolean isBaseline = key.contains(":baseline:") || key.endsWith(":cut");
      boolean isOfGone =
          key.contains("}:of:") && !live.contains(key.substring(key.lastIndexOf(':') + 1));
      if (!isBaseline && !isOfGone) {
        keys.add(key);
      }
    }
    if (keys.isEmpty()) {
      return;
    }
    String key = new ArrayList<>(keys).get(random.nextInt(keys.size()));
    happened += " delete " + key;
    server.run(Command.DEL, key);
    totals.forgetLatest();
    int at = key.indexOf("_m");
    boolean isOfHost = live.stream().anyMatch(source -> key.endsWith(":live:" + source));
    boolean isSafe =
        isOfHost || key.endsWith(":retired") || (key.endsWith(":live") && !hasOldSources);
    if (at >= 0 && !isSafe) {
      totals.doubt(Character.digit(key.charAt(at + 2), 10));
    }
  }
}
