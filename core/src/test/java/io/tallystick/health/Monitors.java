package io.tallystick.health;

import io.tallystick.testing.Await;
import io.tallystick.testing.TurnedClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The monitors of a test, the clocks that they have, and code that hangs until it is let go. */
final class Monitors {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final TurnedClock clock = TurnedClock.at(START);
  private final AtomicLong nowNs = new AtomicLong();
  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicInteger interruptions = new AtomicInteger();
  private final List<HealthMonitor> opened = new ArrayList<>();

  /** A monitor on clocks that stand still, so that nothing times out. */
  HealthMonitor.Builder builder() {
    return HealthMonitor.builder().clock(clock).nanoTime(nowNs::get);
  }

  /** A monitor on the JVM's clock. */
  HealthMonitor.Builder ticking() {
    return builder().nanoTime(System::nanoTime);
  }

  HealthMonitor open(HealthMonitor.Builder builder) {
    HealthMonitor monitor = builder.build();
    opened.add(monitor);
    return monitor;
  }

  TurnedClock clock() {
    return clock;
  }

  AtomicLong nowNs() {
    return nowNs;
  }

  /** Hangs, also where it is interrupted, until it is let go. */
  HealthResult hang() {
    while (released.getCount() > 0) {
      try {
        boolean unused = released.await(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interruptions.incrementAndGet();
      }
    }
    return HealthResult.healthy();
  }

  void letGo() {
    released.countDown();
  }

  int interruptions() {
    return interruptions.get();
  }

  /** The threads on which monitors call code. */
  static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("tallystick-health-"))
        .count();
  }

  /** Lets all go, and closes what was opened. */
  void close() throws Exception {
    letGo();
    opened.forEach(HealthMonitor::close);
    Await.until("their threads are gone", () -> threads() == 0);
  }
}
