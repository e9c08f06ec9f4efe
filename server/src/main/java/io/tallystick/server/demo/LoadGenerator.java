package io.tallystick.server.demo;

import io.tallystick.server.demo.Acknowledgements.PathTally;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that request the demo's paths from their workers, at a pace that leaves two processors
 * idle for the most part, and note which requests were answered.
 *
 * <p>A client has at most one request under way, and waits for a replacement when its worker was
 * killed.
 */
final class LoadGenerator implements AutoCloseable {
  private static final int CLIENTS_PER_WORKER = 2;
  private static final long PACE_NS = TimeUnit.MILLISECONDS.toNanos(4);
  private static final int OK = 200;

  private final Fleet fleet;
  private final Acknowledgements acknowledgements;
  private final ExecutorService threads = Executors.newCachedThreadPool(LoadGenerator::daemon);
  private final List<CompletableFuture<Void>> clients = new ArrayList<>();
  private volatile boolean running = true;

  LoadGenerator(Fleet fleet, Acknowledgements acknowledgements) {
    this.fleet = fleet;
    this.acknowledgements = acknowledgements;
  }

  /** Starts the clients. */
  void start() {
    for (int client = 0; client < fleet.size() * CLIENTS_PER_WORKER; client++) {
      int slot = client % fleet.size();
      clients.add(CompletableFuture.runAsync(() -> request(slot), threads));
    }
  }

  /** Lets each client finish its request, and waits for that. */
  @Override
  public void close() {
    running = false;
    threads.shutdown();
    clients.forEach(CompletableFuture::join);
  }

  private void request(int slot) {
    while (running) {
      WorkerProcess worker = fleet.worker(slot);
      if (worker.isKilled()) {
        LockSupport.parkNanos(PACE_NS);
      } else if (!requestUntilKilled(worker)) {
        return;
      }
    }
  }

  /** Returns whether all is well, which it is when the worker was killed. */
  private boolean requestUntilKilled(WorkerProcess worker) {
    try (WorkerConnection connection = WorkerConnection.open(worker.port())) {
      while (running && !worker.isKilled()) {
        for (Map.Entry<String, PathTally> path : acknowledgements.tallies().entrySet()) {
          requestOnce(connection, path.getKey(), path.getValue());
          LockSupport.parkNanos(PACE_NS);
        }
      }
      return true;
    } catch (IOException e) {
      if (!worker.isKilled()) {
        acknowledgements.fault("worker does not answer: " + worker + " cause=" + e);
      }
      return worker.isKilled();
    }
  }

  private void requestOnce(WorkerConnection connection, String path, PathTally tally)
      throws IOException {
    tally.send();
    int status = connection.get(path);
    if (status != OK) {
      throw new IOException("request refused: path=" + path + " status=" + status);
    }
    tally.acknowledge();
  }

  private static Thread daemon(Runnable client) {
    Thread thread = new Thread(client, "demo-client");
    thread.setDaemon(true);
    return thread;
  }
}
