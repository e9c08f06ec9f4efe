package io.tallystick.fallback;

import io.tallystick.store.JobQueue;
import io.tallystick.store.RetryPolicy;
import io.tallystick.store.Store;
import java.util.function.Function;

/** A queue in each of both stores. Threading: any. */
record QueueOfTwo(Failover failover, String name, RetryPolicy policy) {
  JobQueue of(Store store) {
    return store.jobQueue(name, policy);
  }

  /** Asks the second store while the first is in use, as {@link Failover#askSecond}. */
  <T> T askSecond(Function<JobQueue, T> question) {
    return failover.askSecond(second -> question.apply(of(second)));
  }

  /** Says something of what the second store has, as {@link Failover#callSecond}. */
  <T> T callSecond(Function<JobQueue, T> call) {
    return failover.callSecond(second -> call.apply(of(second)));
  }

  /** A call that each store answers for what it has. */
  <T> T call(Function<JobQueue, T> first, Function<JobQueue, T> second) {
    failover.relieve();
    return failover.call(
        new FallbackCall<>() {
          @Override
          T first(Store store) {
            return first.apply(of(store));
          }

          @Override
          T second(Journal journal, Store store) {
            if (!journal.look()) {
              throw new JournalClosedException();
            }
            return second.apply(of(store));
          }
        });
  }
}
