package io.tallystick.sd.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.sd.generate.Targets;
import io.tallystick.store.JobQueue.Job;
import io.tallystick.store.MemoryStore;
import io.tallystick.store.Store;
import io.tallystick.testing.TurnedClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Servers and a worker on one store, under one clock, that a test drives by hand: nothing is
 * refreshed and no job runs by itself.
 */
final class Discovery implements AutoCloseable {
  static final Duration LEASE = Duration.ofSeconds(30);
  static final Duration LONG = Duration.ofMinutes(2);

  final TurnedClock clock = TurnedClock.at(Instant.ofEpochMilli(1_795_220_078_830L));
  final ScriptedTargets targets = new ScriptedTargets();
  final ScriptedStore scripted = new ScriptedStore(MemoryStore.open(Long.MAX_VALUE, clock));
  final Store store = scripted.store();
  final DiscoveryMetrics metrics;
  final Tallystick tallystick;
  private final ScheduledExecutorService keepers = Executors.newSingleThreadScheduledExecutor();
  private final List<TargetLists> servers = new ArrayList<>();

  Discovery(Path directory) {
    tallystick = Tallystick.open(directory);
    metrics = DiscoveryMetrics.register(tallystick, "1");
  }

  TargetLists server() {
    return server(CacheSettings.DEFAULT);
  }

  TargetLists server(CacheSettings settings) {
    TargetLists server = new TargetLists(store, targets, settings, clock, metrics, new Doorbell());
    servers.add(server);
    return server;
  }

  /** Runs the jobs that are queued; returns how many there were. */
  int work() {
    return work(targets);
  }

  int work(Targets generators) {
    int jobs = 0;
    for (Job job = take(); job != null; job = take()) {
      worker(generators).run(job, new Generation());
      jobs++;
    }
    return jobs;
  }

  @Nullable Job take() {
    return new ListStore(store).queue().take(LEASE).orElse(null);
  }

  Worker worker(Targets generators) {
    return worker(generators, LEASE);
  }

  Worker worker(Targets generators, Duration lease) {
    WorkerSettings settings =
        new WorkerSettings(1, "w1", CacheSettings.DEFAULT.maxStale(), lease, Duration.ZERO);
    return new Worker(new ListStore(store), generators, settings, clock, metrics, keepers);
  }

  static Answer get(TargetLists server, String path) throws InterruptedException {
    return server.get(TargetQuery.of(path), Duration.ZERO, Optional.empty());
  }

  static Answer.Listed list(TargetLists server, String path) throws InterruptedException {
    Answer answer = get(server, path);
    assertThat(answer).isInstanceOf(Answer.Listed.class);
    return (Answer.Listed) answer;
  }

  /** The only target of the list that a path has. */
  static String target(TargetLists server, String path) throws InterruptedException {
    String json = new String(list(server, path).list().json(), UTF_8);
    return json.replaceAll(".*\\[\"|\"\\].*", "");
  }

  /** A server that answers a path with a list, which is just made. */
  TargetLists warm(String path) throws InterruptedException {
    TargetLists server = server();
    assertThat(get(server, path)).isInstanceOf(Answer.Pending.class);
    assertThat(work()).isEqualTo(1);
    clock.turn(Duration.ofSeconds(1));
    assertThat(list(server, path).stale()).isFalse();
    return server;
  }

  @Override
  public void close() {
    scripted.up();
    servers.forEach(TargetLists::close);
    keepers.shutdownNow();
    tallystick.close();
  }
}
