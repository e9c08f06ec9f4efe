package io.tallystick.fallback;

import io.tallystick.store.JobQueue.DeadLetter;
import io.tallystick.store.JobQueue.Job;
import java.util.List;

/** Ids of jobs, which begin with the store that gave them. */
final class JobIds {
  static final String FIRST = "1:";
  static final String SECOND = "2:";

  private JobIds() {}

  static Job with(String store, Job job) {
    return new Job(store + job.id(), job.key(), job.payload(), job.attempt(), job.lease());
  }

  static Job without(Job job) {
    String id = idOf(job.id());
    return new Job(id, job.key(), job.payload(), job.attempt(), job.lease());
  }

  static boolean isOfSecond(String id) {
    return id.startsWith(SECOND);
  }

  static String idOf(String id) {
    return id.startsWith(FIRST) || id.startsWith(SECOND) ? id.substring(FIRST.length()) : id;
  }

  static List<DeadLetter> lettersWith(String store, List<DeadLetter> letters) {
    return letters.stream()
        .map(
            each ->
                new DeadLetter(
                    store + each.id(), each.key(), each.payload(), each.attempts(), each.error()))
        .toList();
  }
}
