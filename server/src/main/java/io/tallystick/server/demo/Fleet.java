package io.tallystick.server.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The worker processes of a demo: one in each slot, which a replacement takes over.
 *
 * <p>Threading: one thread starts, replaces and closes; any thread may look up a worker.
 */
final class Fleet implements AutoCloseable {
  private final Path directory;
  private final List<WorkerProcess> all = new ArrayList<>();
  private final AtomicReferenceArray<WorkerProcess> slots;

  private Fleet(Path directory, int size) {
    this.directory = directory;
    this.slots = new AtomicReferenceArray<>(size);
  }

  /** Starts the workers side by side and waits until all of them listen. */
  static Fleet start(Path directory, int size) throws IOException, InterruptedException {
    Fleet fleet = new Fleet(directory, size);
    try {
      for (int slot = 0; slot < size; slot++) {
        fleet.slots.set(slot, fleet.startWorker());
      }
      for (int slot = 0; slot < size; slot++) {
        fleet.worker(slot).awaitListening();
      }
      return fleet;
    } catch (IOException | InterruptedException | RuntimeException e) {
      fleet.close();
      throw e;
    }
  }

  int size() {
    return slots.length();
  }

  WorkerProcess worker(int slot) {
    return slots.get(slot);
  }

  /** Puts a new worker, which listens, in the place of one that is dead. */
  WorkerProcess replace(int slot) throws IOException, InterruptedException {
    WorkerProcess worker = startWorker();
    worker.awaitListening();
    slots.set(slot, worker);
    return worker;
  }

  /** How many workers were started, the dead ones included. */
  int started() {
    return all.size();
  }

  /** How many workers are running. */
  int alive() {
    return (int) all.stream().filter(WorkerProcess::isAlive).count();
  }

  /** Kills what still runs. */
  @Override
  public void close() {
    all.forEach(WorkerProcess::close);
  }

  @Override
  public String toString() {
    return IntStream.range(0, size())
        .mapToObj(slot -> worker(slot).toString())
        .collect(Collectors.joining(", "));
  }

  private WorkerProcess startWorker() throws IOException {
    WorkerProcess worker = WorkerProcess.start(directory);
    all.add(worker);
    return worker;
  }
}
