package io.tallystick.fallback;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.store.JobQueue;
import io.tallystick.store.JobQueue.Job;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is known of jobs that are with a worker, where one of the stores fails in part. */
class JobMarksTest extends FallbackStoreSteps {
  @Test
  void shouldNotRunAJobTwiceAtATimeWhenMoreIsToBeToldThanIsKept() {
    FallbackStore full =
        FallbackStore.builder(first, second)
            .clock(clock)
            .closesStores(false)
            .mirrorBounds(new MirrorBounds(100, 1 << 20, Duration.ofMillis(1)))
            .withoutThreads(nowNs::get)
            .open();
    opened.add(full);
    for (int i = 0; i < 3; i++) {
      full.keyValues().put("large" + i, new byte[1 << 20]);
    }
    full.keyValues().put("dropped", bytes("1"));
    JobQueue queue = full.jobQueue("q");
    queue.offer("a", bytes("1"));
    Job running = queue.take(MINUTE).orElseThrow();
    first.goAway();
    assertThat(full.keyValues().get("dropped")).isEmpty();
    assertThat(queue.offer("a", bytes("2"))).isFalse();
    assertThat(queue.acknowledge(running)).isTrue();
    assertThat(queue.offer("a", bytes("3"))).isTrue();
  }
}
