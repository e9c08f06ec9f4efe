package io.tallystick;

import io.tallystick.replication.Replicator;
import io.tallystick.shm.Directory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is set of the replication of a directory. Immutable.
 *
 * @param target null where nothing is replicated
 * @param name null for the default
 */
record ReplicationSettings(
    @Nullable ReplicationTarget target, Duration interval, Duration lease, @Nullable String name) {
  /** Checks the values, which may come one by one. */
  ReplicationSettings {
    Replicator.requireInterval(interval);
    Replicator.requireLease(lease);
    if (name != null) {
      Replicator.requireName(name);
    }
  }

  static ReplicationSettings of(Settings settings) {
    return new ReplicationSettings(
        settings.replicationTarget(),
        settings.duration(Settings.REPLICATION_INTERVAL, Replicator.DEFAULT_INTERVAL),
        settings.duration(Settings.REPLICATION_LEASE, Replicator.DEFAULT_LEASE),
        settings.text(Settings.REPLICATION_NAME));
  }

  ReplicationSettings to(ReplicationTarget other) {
    return new ReplicationSettings(other, interval, lease, name);
  }

  ReplicationSettings every(Duration other) {
    return new ReplicationSettings(target, other, lease, name);
  }

  ReplicationSettings lease(Duration other) {
    return new ReplicationSettings(target, interval, other, name);
  }

  ReplicationSettings name(String other) {
    return new ReplicationSettings(target, interval, lease, other);
  }

  /**
   * Checks what only all values together say.
   *
   * @throws IllegalArgumentException where the lease is too short for the interval, or a job's
   *     directory is not replicated
   */
  void check(boolean isJob) {
    if (target != null) {
      Replicator.requireLeaseFor(interval, lease);
    } else if (isJob) {
      throw new IllegalArgumentException("a job's directory is lost: call replicateTo(...)");
    }
  }

  /**
   * Starts it for an instance that is open otherwise; null where nothing is replicated.
   *
   * @param shared the directory beside which a job's is; null where it is none
   */
  @Nullable Replication start(
      Directory directory,
      @Nullable Path shared,
      Duration deadGaugeRetention,
      Clock clock,
      Tallystick tallystick) {
    ReplicationTarget present = target;
    if (present == null) {
      return null;
    }
    Replicator.Builder builder =
        Replicator.builder()
            .directory(directory)
            .ledger(present::ledger)
            .interval(interval)
            .lease(lease)
            .deadGaugeRetention(deadGaugeRetention)
            .clock(clock)
            .listener(new ReplicationMetrics(tallystick));
    if (name != null) {
      builder.name(name);
    }
    if (shared != null) {
      builder.ofJob(shared);
    }
    Replicator replicator = builder.start();
    Replication started = new Replication(replicator, present);
    try {
      ReplicationMetrics.watch(replicator, tallystick);
    } catch (RuntimeException | Error e) {
      started.close();
      throw e;
    }
    return started;
  }
}
