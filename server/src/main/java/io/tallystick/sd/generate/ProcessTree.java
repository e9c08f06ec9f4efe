package io.tallystick.sd.generate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A process and all that it started.
 *
 * <p>What has left the tree (a daemon, a child of a parent that ended) is known by a variable in
 * its environment, which it inherited; Linux shows that in {@code /proc}. Not found is a process
 * that has left the tree and was started with another environment, or that runs as another user;
 * and where there is no {@code /proc}, each that has left the tree.
 */
final class ProcessTree {
  private static final String MARK = "TALLYSTICK_GENERATOR_RUN";
  private static final Path PROC = Path.of("/proc");
  private static final int ROUNDS = 200;
  private static final long ROUND_NS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long REAP_MS = 5_000;

  private final Process root;
  private final String marked;

  private final @Nullable Path goingOn;

  private ProcessTree(Process root, String marked, @Nullable Path goingOn) {
    this.root = root;
    this.marked = marked;
    this.goingOn = goingOn;
  }

  /** Starts a process whose offspring can be told from others. */
  static ProcessTree start(ProcessBuilder builder) throws IOException {
    String id = UUID.randomUUID().toString();
    builder.environment().put(MARK, id);
    Path goingOn = OrphanedRuns.mark(builder.environment());
    boolean started = false;
    try {
      ProcessTree tree = new ProcessTree(builder.start(), MARK + "=" + id, goingOn);
      started = true;
      return tree;
    } finally {
      if (!started) {
        OrphanedRuns.end(goingOn);
      }
    }
  }

  /** Leaves alone what is still there of them, also where this JVM is killed later. */
  void end() {
    OrphanedRuns.end(goingOn);
  }

  Process root() {
    return root;
  }

  /**
   * Kills all of them; returns when they are gone, or after a while, as a round may miss a fork.
   */
  void kill() {
    Set<ProcessHandle> attached = new LinkedHashSet<>(root.descendants().toList());
    root.destroyForcibly();
    attached.forEach(ProcessHandle::destroyForcibly);
    for (int round = 0; round < ROUNDS && killMarked(); round++) {
      LockSupport.parkNanos(ROUND_NS);
    }
    reap();
  }

  private boolean killMarked() {
    boolean found = false;
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        // The handle first: should the number be another process' by now, it kills nothing.
        Optional<ProcessHandle> handle = handle(process);
        if (handle.isPresent() && isMarked(process)) {
          found = true;
          handle.get().destroyForcibly();
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return false; // no /proc
    }
    return found;
  }

  private static Optional<ProcessHandle> handle(Path process) {
    try {
      return ProcessHandle.of(Long.parseLong(process.getFileName().toString()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private boolean isMarked(Path process) {
    try {
      byte[] environment = Files.readAllBytes(process.resolve("environ"));
      return new String(environment, StandardCharsets.ISO_8859_1).contains(marked);
    } catch (IOException e) {
      return false; // another user's, or gone
    }
  }

  private void reap() {
    try {
      boolean unused = root.waitFor(REAP_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
