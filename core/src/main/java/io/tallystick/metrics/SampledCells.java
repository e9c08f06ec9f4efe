package io.tallystick.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.shm.Cells;
import io.tallystick.shm.ExemplarSlots;
import io.tallystick.shm.ProcessFile;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A data point whose updates may leave exemplars. Its places for them are allocated with the first.
 *
 * <p>Threading: any. The times are written without order: a stale one means an exemplar more or
 * less.
 */
abstract class SampledCells extends LabelledCells {
  private static final ReentrantLock ALLOCATION = new ReentrantLock();

  private final @Nullable Exemplars exemplars;
  private @Nullable ExemplarSlots slots; // under ALLOCATION; racy reads see null or a whole one
  private int sampledTurn = -1; // of the agent
  private long nextSampleMs;
  private long nextTakenMs;

  SampledCells(Cells cells, String[] labelValues, @Nullable Exemplars exemplars) {
    super(cells, labelValues);
    this.exemplars = exemplars;
  }

  /** Leaves an exemplar where it is time and a span is active. Called on the update path. */
  final void sample(int bucket, double value) {
    if (Tracing.isPossible() && Tracing.turn() != sampledTurn) {
      sampleFrom(bucket, value);
    }
  }

  private void sampleFrom(int bucket, double value) {
    sampledTurn = Tracing.turn();
    Exemplars sampling = exemplars;
    if (sampling != null && sampling.coarseMs() >= nextSampleMs) {
      nextSampleMs = sampling.sample(this, bucket, value);
    }
    keepReachable();
  }

  /** Leaves an exemplar with these labels, where it is time. */
  final void take(int bucket, double value, Labels labels) {
    Exemplars sampling = exemplars;
    if (sampling != null && sampling.coarseMs() >= nextTakenMs) {
      nextTakenMs = sampling.take(this, bucket, value, labels);
    }
    keepReachable();
  }

  /** The places for exemplars; null where there is no room for them. */
  final @Nullable ExemplarSlots exemplarSlots(ProcessFile file, int count) {
    ExemplarSlots present = slots;
    if (present != null) {
      return present;
    }
    ALLOCATION.lock();
    try {
      present = slots;
      if (present == null) {
        present = file.addExemplars(cells(), count);
        slots = present;
      }
      return present;
    } finally {
      ALLOCATION.unlock();
    }
  }
}
