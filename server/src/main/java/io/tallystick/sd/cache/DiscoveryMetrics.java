package io.tallystick.sd.cache;

import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.Histogram;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.metrics.Registrar;
import io.tallystick.sd.generate.RunObserver;
import io.tallystick.store.JobQueue;
import java.time.Duration;

/**
 * The metrics of servers and workers, in the directory that those of a host share. Threading: any.
 */
public final class DiscoveryMetrics implements RunObserver {
  private static final String SUCCESS = "success";
  private static final String FAIL = "fail";

  private final Counter requests;
  private final Histogram requestDurations;
  private final Gauge targets;
  private final Counter runs;
  private final Histogram runDurations;
  private final Counter cacheOperations;
  private final Gauge queueJobs;
  private final Counter jobs;

  private DiscoveryMetrics(Registrar registrar) {
    requests =
        Counter.builder()
            .name("httpsd_path_requests_total")
            .help("Requests, by path; by what else was asked for, which begins with a slash.")
            .labelNames("path", "status")
            .register(registrar);
    requestDurations =
        Histogram.builder()
            .name("httpsd_path_request_duration_seconds")
            .help("How long requests of target lists took.")
            .register(registrar);
    targets =
        Gauge.builder()
            .name("httpsd_path_last_generated_targets")
            .help("Targets of a path's last list, in all groups.")
            .labelNames("path")
            .multiprocessMode(MultiprocessMode.MOSTRECENT)
            .register(registrar);
    runs =
        Counter.builder()
            .name("httpsd_generator_requests_total")
            .help("Runs of generators.")
            .labelNames("generator", "status")
            .register(registrar);
    runDurations =
        Histogram.builder()
            .name("httpsd_generator_run_duration_seconds")
            .help("How long runs of generators took.")
            .register(registrar);
    cacheOperations =
        Counter.builder()
            .name("httpsd_cache_operations_total")
            .help("What became of looks into the cache.")
            .labelNames("operation")
            .register(registrar);
    queueJobs =
        Gauge.builder()
            .name("httpsd_update_queue_jobs")
            .help("Jobs of the queue, by state.")
            .labelNames("status")
            .multiprocessMode(MultiprocessMode.MOSTRECENT)
            .register(registrar);
    jobs =
        Counter.builder()
            .name("httpsd_redis_worker_jobs_processed_total")
            .help("Jobs that workers have ended, on whatever store.")
            .labelNames("worker_id", "status")
            .register(registrar);
  }

  /**
   * The metrics, as new ones of an instance of Tallystick.
   *
   * @param version what {@code httpsd_version_info} says
   */
  public static DiscoveryMetrics register(Registrar registrar, String version) {
    Gauge.builder()
        .name("httpsd_version_info")
        .help("The version that runs.")
        .labelNames("version")
        .multiprocessMode(MultiprocessMode.LIVEMAX)
        .register(registrar)
        .labelValues(version)
        .set(1);
    return new DiscoveryMetrics(registrar);
  }

  /**
   * Counts a request of a list.
   *
   * @param path of one that exists; all others share one
   * @param status the code of the answer
   */
  public void requested(String path, int status, Duration duration) {
    requests.labelValues(path, Integer.toString(status)).inc();
    requestDurations.observe(seconds(duration));
  }

  /**
   * Counts a request of something else than a list.
   *
   * @param what it was; begins with a slash, and is one of a few
   * @param status the code of the answer
   */
  public void answered(String what, int status) {
    requests.labelValues(what, Integer.toString(status)).inc();
  }

  @Override
  public void ended(String generator, Duration duration, boolean succeeded) {
    runs.labelValues(generator, succeeded ? SUCCESS : FAIL).inc();
    runDurations.observe(seconds(duration));
  }

  void looked(String operation) {
    cacheOperations.labelValues(operation).inc();
  }

  void generated(String path, int targetsOfList) {
    targets.labelValues(path).set(targetsOfList);
  }

  void queued(JobQueue.Sizes sizes) {
    queueJobs.labelValues("queued").set((double) sizes.queued());
    queueJobs.labelValues("delayed").set((double) sizes.delayed());
    queueJobs.labelValues("running").set((double) sizes.running());
    queueJobs.labelValues("dead").set((double) sizes.dead());
  }

  void processed(String workerId, boolean succeeded) {
    jobs.labelValues(workerId, succeeded ? SUCCESS : FAIL).inc();
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
