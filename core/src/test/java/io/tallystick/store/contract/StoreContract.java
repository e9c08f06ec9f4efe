package io.tallystick.store.contract;

import static io.tallystick.store.contract.Refusal.assertPermanent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.Capability;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.testing.Rounds;
import io.tallystick.testing.TurnedClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What every store keeps, clause by clause; a store's test extends it and says how to open one.
 * Clauses of capabilities that the store does not declare are skipped.
 */
public abstract class StoreContract {
  private final TurnedClock clock = TurnedClock.at(Instant.parse("2030-01-01T00:00:00Z"));
  private Store store;

  /** Opens an empty store that goes by this clock. */
  protected abstract Store open(InstantSource clock);

  /**
   * The URL under which other processes open what {@link #open} opened last; empty where there can
   * be no others.
   */
  protected Optional<String> url() {
    return Optional.empty();
  }

  /**
   * At least how many processes are killed, by all clauses together; 200, or what the system
   * property {@code tallystick.test.killRounds} says, or the percentage of 200 that {@code
   * tallystick.test.rounds} says.
   */
  protected int killRounds() {
    return Integer.getInteger("tallystick.test.killRounds", Rounds.of(200));
  }

  /** What a JVM that opens the store is started with, such as {@code --add-opens=…}. */
  protected List<String> jvmOptions() {
    return List.of();
  }

  @BeforeEach
  final void openStore() {
    store = open(clock);
  }

  @AfterEach
  final void closeStore() {
    store.close();
  }

  @Test
  final void s1ShouldRefuseEveryCallWhenClosedTwice() {
    var keyValues = store.keyValues();
    var queue = store.jobQueue("q");
    var ledger = store.ledger();
    store.close();
    store.close();
    assertPermanent(() -> keyValues.get("a"));
    assertPermanent(() -> keyValues.scan("", null, 1));
    assertPermanent(() -> queue.offer("a", new byte[0]));
    assertPermanent(() -> keyValues.put("a", new byte[0]));
    assertPermanent(() -> keyValues.increment("a", 1));
    assertPermanent(() -> queue.take(Duration.ofSeconds(1)));
    assertPermanent(queue::sizes);
    assertPermanent(ledger::id);
    assertPermanent(() -> ledger.publish(Families.allTypes("a", 1, 1)));
    assertPermanent(ledger::sources);
    assertPermanent(ledger::read);
    assertPermanent(() -> ledger.retire("a"));
    assertPermanent(ledger::retireExpired);
    assertPermanent(store::ping);
    assertPermanent(store::stats);
    assertPermanent(store::keyValues);
    assertPermanent(store::ledger);
    assertPermanent(() -> store.jobQueue("q"));
    assertPermanent(store::queues);
  }

  @Test
  final void s2ShouldCountWhatItHoldsWhenAskedForStats() {
    store.ping();
    store.keyValues().put("a", new byte[] {1});
    store.jobQueue("q").offer("a", new byte[] {1});
    store.ledger().publish(Families.allTypes("source", 1, clock.millis()));
    clock.turn(Duration.ofSeconds(5));
    assertThat(store.stats().keys()).isEqualTo(1);
    assertThat(store.stats().jobs()).isEqualTo(1);
    assertThat(store.stats().sources()).isEqualTo(1);
    assertThat(store.stats().series())
        .isEqualTo(Families.allTypes("source", 1, 1).families().size());
    assertThat(store.stats().bytes()).isPositive();
    assertThat(store.stats().uptime()).isGreaterThanOrEqualTo(Duration.ZERO);
    assertThat(store.stats().backend()).isNotEmpty();
    assertThat(store.stats().version()).isNotEmpty();
  }

  @Test
  final void s3ShouldEndOrRefuseCallsWhenClosedMeanwhile() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    CountDownLatch running = new CountDownLatch(3);
    List<Future<?>> calls = new ArrayList<>();
    var keyValues = store.keyValues();
    var queue = store.jobQueue("q");
    var ledger = store.ledger();
    calls.add(threads.submit(() -> callUntilClosed(running, () -> keyValues.increment("n", 1))));
    calls.add(threads.submit(() -> callUntilClosed(running, queue::sizes)));
    calls.add(threads.submit(() -> callUntilClosed(running, ledger::read)));
    assertThat(running.await(1, TimeUnit.MINUTES)).isTrue();
    store.close();
    for (Future<?> call : calls) {
      call.get(1, TimeUnit.MINUTES); // fails with what was thrown but for the refusal
    }
    threads.shutdown();
  }

  private static void callUntilClosed(CountDownLatch running, Runnable call) {
    call.run();
    running.countDown();
    try {
      while (true) {
        call.run();
      }
    } catch (StoreException e) {
      assertThat(e.category()).isEqualTo(StoreException.Category.PERMANENT);
    }
  }

  @Test
  final void s4ShouldBeFoundByAUrlWhenOtherProcessesAreToUseIt() {
    boolean outlives =
        store.capabilities().contains(Capability.MULTI_PROCESS)
            || store.capabilities().contains(Capability.SURVIVES_PROCESS);
    assertThat(url().isPresent()).isEqualTo(outlives);
    assertThat(store.limits().keyBytes()).isGreaterThanOrEqualTo(1_024);
  }

  @Test
  final void s5ShouldNameTheQueuesThatHaveJobs() {
    assertThat(store.queues()).isEmpty();
    var other = store.jobQueue("q2");
    other.offer("a", new byte[0]);
    store.jobQueue("é*%").offer("a", new byte[0]);
    var failing =
        store.jobQueue("q1", new RetryPolicy(1, Duration.ofSeconds(1), Duration.ofSeconds(1)));
    failing.offer("a", new byte[0]);
    failing.retry(failing.take(Duration.ofMinutes(1)).orElseThrow(), "why");
    assertThat(failing.sizes().dead()).isEqualTo(1);
    assertThat(store.queues()).containsExactly("q1", "q2", "é*%");
    other.acknowledge(other.take(Duration.ofMinutes(1)).orElseThrow());
    assertThat(store.queues()).containsExactly("q1", "é*%");
  }

  @Nested
  final class KeyValueClauses extends KeyValuesContract {
    @Override
    Store store() {
      return store;
    }

    @Override
    TurnedClock clock() {
      return clock;
    }
  }

  @Nested
  final class DocumentClauses extends DocumentsContract {
    @Override
    Store store() {
      return store;
    }

    /** What the store holds is lost. */
    @Override
    Store another() {
      store.close();
      store = open(clock);
      return store;
    }

    @Override
    TurnedClock clock() {
      return clock;
    }
  }

  @Nested
  final class JobQueueClauses extends JobQueueContract {
    @Override
    Store store() {
      return store;
    }

    @Override
    TurnedClock clock() {
      return clock;
    }
  }

  @Nested
  final class LedgerClauses extends LedgerContract {
    @Override
    Store store() {
      return store;
    }

    @Override
    TurnedClock clock() {
      return clock;
    }
  }

  @Nested
  final class LedgerGaugeClauses extends LedgerGaugesContract {
    @Override
    Store store() {
      return store;
    }

    @Override
    TurnedClock clock() {
      return clock;
    }
  }

  @Nested
  final class BackupClauses extends BackupContract {
    @Override
    Store store() {
      return store;
    }

    /** What the store holds is lost. */
    @Override
    Store another() {
      store.close();
      store = open(clock);
      return store;
    }

    @Override
    TurnedClock clock() {
      return clock;
    }
  }

  @Nested
  final class ProcessClauses extends ProcessContract {
    @Override
    Store store() {
      return store;
    }

    @Override
    String url() {
      return StoreContract.this.url().orElseThrow();
    }

    @Override
    List<String> jvmOptions() {
      return StoreContract.this.jvmOptions();
    }

    @Override
    int killRounds() {
      return StoreContract.this.killRounds();
    }
  }
}
