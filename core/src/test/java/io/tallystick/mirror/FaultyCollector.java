package io.tallystick.mirror;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A counter of a test that throws or hangs while it is collected, as long as it is told to. */
final class FaultyCollector implements Collector {
  private final String name;
  private final boolean named;
  private final Semaphore entered = new Semaphore(0);
  private volatile double value = 1;
  private volatile @Nullable Error failure;
  private volatile @Nullable CountDownLatch hanging;

  private FaultyCollector(String name, boolean named) {
    this.name = name;
    this.named = named;
  }

  /** One whose name a registry knows before it collects it. */
  static FaultyCollector named(String name) {
    return new FaultyCollector(name, true);
  }

  static FaultyCollector unnamed(String name) {
    return new FaultyCollector(name, false);
  }

  FaultyCollector set(double value) {
    this.value = value;
    return this;
  }

  void fail() {
    failure = new AssertionError("on purpose");
  }

  void hang() {
    entered.drainPermits();
    hanging = new CountDownLatch(1);
  }

  /** Whether one more thread hangs in it. */
  boolean hasCaughtAThread() {
    return entered.tryAcquire();
  }

  void recover() {
    failure = null;
    CountDownLatch present = hanging;
    hanging = null;
    if (present != null) {
      present.countDown();
    }
  }

  @Override
  public MetricSnapshot collect() {
    Error present = failure;
    if (present != null) {
      throw present;
    }
    CountDownLatch latch = hanging;
    if (latch != null) {
      entered.release();
      while (latch.getCount() > 0) {
        LockSupport.parkNanos(1_000_000);
      }
    }
    return CounterSnapshot.builder()
        .name(name)
        .dataPoint(new CounterDataPointSnapshot(value, Labels.EMPTY, null, 0))
        .build();
  }

  @Override
  public @Nullable MetricFamilyDescriptor getMetricFamilyDescriptor() {
    return named ? MetricFamilyDescriptor.of(MetricType.COUNTER, name).build() : null;
  }
}
