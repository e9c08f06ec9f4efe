package io.tallystick.jmh;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersManager;

/**
 * Agrona's counters, which are off the heap, too: one atomic addition by whichever thread, of whole
 * numbers only, so that a fraction is cut. They take a JVM with {@code --add-opens}.
 */
final class AgronaCounters {
  private static final int COUNTERS = 16;

  private AgronaCounters() {}

  static CounterDataPoint counter() {
    CountersManager counters =
        new CountersManager(
            buffer(COUNTERS * CountersManager.METADATA_LENGTH),
            buffer(COUNTERS * CountersManager.COUNTER_LENGTH));
    AtomicCounter counter = counters.newCounter("requests");
    return new WriteOnlyCounter() {
      @Override
      public void inc() {
        long unused = counter.increment();
      }

      @Override
      public void inc(double amount) {
        long unused = counter.getAndAdd((long) amount);
      }
    };
  }

  private static UnsafeBuffer buffer(int length) {
    return new UnsafeBuffer(ByteBuffer.allocateDirect(length));
  }
}
