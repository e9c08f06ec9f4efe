package io.tallystick.store.redis;

import static io.tallystick.store.redis.Counters.LEASE;
import static io.tallystick.store.redis.Counters.all;
import static io.tallystick.store.redis.Counters.changes;
import static io.tallystick.store.redis.Counters.count;
import static io.tallystick.store.redis.Counters.counter;
import static io.tallystick.store.redis.Counters.total;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger.Result;
import io.tallystick.store.SeriesValues;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import io.tallystick.testing.Await;
import io.tallystick.testing.TurnedClock;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten hosts that count, publish, are cut off, end and begin, while the way to a server and the
 * server itself fail at random.
 */
class RedisFleetTest {
  private static final int HOSTS = 10;
  private static final int ROUNDS = Integer.getInteger("tallystick.fleetRounds", 100);
  private static final int WHOLE_EVERY = 5;

  @TempDir private Path folder;

  private final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));
  private final Random random = new Random(Long.getLong("tallystick.seed", 5));
  private final List<Host> hosts = new ArrayList<>();
  private int names;
  private long retired; // what sources counted that are in the base
  private RedisProcess server;
  private CuttingProxy proxy;
  private RedisStore store; // by the proxy
  private RedisStore reader;

  /** What a replicator of a host does. */
  private final class Host {
    private String source = "s" + names++;
    private long counted;
    private long baseline; // what of it is in the base, under the names it had
    private long version;
    private long accepted; // the version that changes can follow; 0 where all are to be published

    private FamilyValues values() {
      return counter("m", count("/", counted - baseline));
    }

    private boolean publish() {
      long since = accepted;
      accepted = 0;
      version++;
      Result result =
          store
              .ledger()
              .publish(
                  since == 0
                      ? all(source, version, values())
                      : changes(source, version, since, values()));
      if (result == Result.ACCEPTED) {
        accepted = version;
        return true;
      }
      if (result == Result.RETIRED) {
        List<FamilyValues> before = store.ledger().baseline(source).orElseThrow();
        long more =
            (long)
                before.stream()
                    .flatMap(family -> family.series().stream())
                    .mapToDouble(SeriesValues::total)
                    .sum();
        baseline += more;
        retired += more;
        source = "s" + names++;
      }
      return false;
    }

    private void end() {
      Retry.untilTrue(() -> tries(this::publish));
      Retry.untilTrue(
          () ->
              tries(
                  () -> {
                    boolean unused = store.ledger().retire(source);
                    return store.ledger().sources().stream()
                        .noneMatch(s -> s.name().equals(source));
                  }));
      retired += counted - baseline;
    }
  }

  /** Retries without end, as the faults are mended meanwhile. */
  private static final class Retry {
    private static final int MOST = 50;

    static void untilTrue(BooleanSupplier action) {
      for (int i = 0; !action.getAsBoolean(); i++) {
        assertThat(i).isLessThan(MOST);
      }
    }
  }

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
    String options = "?connectTimeoutMs=300&timeoutMs=300";
    store = RedisStore.open(proxy.url() + options, clock);
    reader = RedisStore.open(server.url() + options, clock);
  }

  @AfterEach
  void end() throws Exception {
    store.close();
    reader.close();
    proxy.close();
    server.close();
  }

  private double expected() {
    return retired + hosts.stream().mapToLong(host -> host.counted - host.baseline).sum();
  }

  @Test
  void shouldNeverShowLessAndSoonShowAllWhateverFails() throws Exception {
    for (int i = 0; i < HOSTS; i++) {
      hosts.add(new Host());
    }
    double latest = 0;
    for (int round = 1; round <= ROUNDS; round++) {
      boolean isLost = fail(round);
      latest = isLost ? 0 : latest;
      for (Host host : hosts) {
        host.counted += random.nextInt(100);
        if (random.nextInt(3) > 0) {
          boolean unused = tries(host::publish);
        }
      }
      proxy.mend();
      Await.until("server", () -> tries(this::answers));
      latest = assertNotLess(latest);
      if (round % WHOLE_EVERY == 0) {
        latest = assertWhole();
      }
    }
    assertThat(names).isGreaterThan(HOSTS + 3);
  }

  private boolean answers() {
    reader.ping();
    return true;
  }

  private double assertNotLess(double latest) {
    double now = total(reader, "m");
    assertThat(now).isBetween(latest, expected());
    return now;
  }

  private double assertWhole() {
    for (Host host : hosts) {
      Retry.untilTrue(() -> tries(host::publish));
    }
    assertThat(total(reader, "m")).isEqualTo(expected());
    return expected();
  }

  /** Lets something happen; whether the server has lost what it had. */
  private boolean fail(int round) throws Exception {
    switch (random.nextInt(8)) {
      case 0, 1 -> proxy.cutAfter(random.nextInt(20_000), Long.MAX_VALUE);
      case 2, 3 -> proxy.cutAfter(Long.MAX_VALUE, random.nextInt(2_000));
      case 4 -> {
        server.signal("STOP");
        boolean unused = tries(hosts.get(random.nextInt(HOSTS))::publish);
        server.signal("CONT");
      }
      case 5 -> {
        int gone = random.nextInt(HOSTS);
        hosts.get(gone).end();
        hosts.set(gone, new Host());
      }
      case 6 -> {
        clock.turn(LEASE);
        proxy.cutAfter(random.nextInt(20_000), Long.MAX_VALUE);
        boolean unused = tries(() -> store.ledger().retireExpired().isEmpty());
        proxy.mend();
      }
      default -> {
        if (round % 4 == 0) {
          server.kill();
          server.restart();
          retired = 0;
          return true;
        }
      }
    }
    return false;
  }
}
