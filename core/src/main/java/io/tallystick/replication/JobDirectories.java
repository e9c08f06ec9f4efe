package io.tallystick.replication;

import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.shm.OnceLog;
import io.tallystick.shm.ReplicationLock;
import io.tallystick.shm.Token;
import io.tallystick.store.Ledger;
import io.tallystick.store.StoreException;
import io.tallystick.store.StoreException.Category;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The directories of jobs of a host, one each, which end with them: beside the directory that its
 * other processes share. One whose job was killed is published, retired and deleted by the next
 * process that replicates to the same ledger. Whoever deletes one holds its replication lock, and
 * deletes what says under which name it was published last of all.
 */
public final class JobDirectories {
  private static final String ENDING = "-jobs";

  /** A directory without a lock of a process is one that is being made, for so long. */
  private static final long BEING_MADE_MS = Duration.ofMinutes(1).toMillis();

  /** A directory that nobody else ends for so long is ended by whoever finds it. */
  private static final long ANYBODYS_MS = Duration.ofDays(1).toMillis();

  private final Path parent;
  private final OnceLog log = new OnceLog();

  private JobDirectories(Path parent) {
    this.parent = parent;
  }

  /** Those beside the directory that the processes of a host share, which need not be there. */
  public static JobDirectories beside(Path directory) {
    Path absolute = directory.toAbsolutePath();
    return new JobDirectories(absolute.resolveSibling(absolute.getFileName() + ENDING));
  }

  /** The path of a new one, in a directory that is there. */
  public Path create() throws IOException {
    Path unused = Directory.create(parent).path();
    return parent.resolve(String.format("%016x", UUID.randomUUID().getMostSignificantBits()));
  }

  /** Ends those whose jobs were killed, where they are of this ledger. */
  void endLeft(Ledger ledger, Publisher.Settings settings) throws IOException {
    if (!Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    for (Path each : directories()) {
      try {
        endWhereLeft(Directory.open(each), ledger, settings);
      } catch (IOException | RuntimeException e) { // which costs no other job
        if (e instanceof StoreException refused && refused.category() == Category.TRANSIENT) {
          throw refused;
        }
        if (!(e instanceof NoSuchFileException)) { // else its job, or another process, has ended it
          log.warn("a job's directory is left: directory=" + each + " reason=" + e.getMessage(), e);
        }
      }
    }
  }

  private static void endWhereLeft(Directory left, Ledger ledger, Publisher.Settings settings)
      throws IOException {
    long nowMs = settings.clock().millis();
    if (!isLeft(left, nowMs)) {
      return;
    }
    try (ReplicationLock lock = ReplicationLock.tryTake(left)) {
      if (lock != null && isLeft(left, nowMs) && isOf(ledger, left, nowMs)) {
        end(left, ledger, settings.ofJob(left));
      }
    }
  }

  private List<Path> directories() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Directory.open(parent).path())) {
      for (Path each : all) {
        if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
          found.add(each);
        }
      }
    }
    return found;
  }

  private static boolean isLeft(Directory directory, long nowMs) throws IOException {
    List<Token> processes = new ArrayList<>(directory.lockTokens());
    processes.addAll(directory.tokens());
    if (processes.stream().anyMatch(directory::isAlive)) {
      return false;
    }
    return !processes.isEmpty() || Math.abs(nowMs - changedMs(directory)) > BEING_MADE_MS;
  }

  private static boolean isOf(Ledger ledger, Directory directory, long nowMs) throws IOException {
    Optional<DirectorySource> source = new StateFile(directory).read();
    return source.isEmpty()
        || source.get().ledger().equals(ledger.id())
        || Math.abs(nowMs - changedMs(directory)) > ANYBODYS_MS;
  }

  private static long changedMs(Directory directory) throws IOException {
    return Files.getLastModifiedTime(directory.path()).toMillis();
  }

  private static void end(Directory directory, Ledger ledger, Publisher.Settings settings)
      throws IOException {
    try (Scraper scraper =
        Scraper.of(directory, null, Scraper.DEFAULT_DEAD_GAUGE_RETENTION, settings.clock())) {
      Publisher.open(settings, scraper).end(ledger);
    }
    delete(directory);
  }

  /** Deletes a directory whose source is retired; the caller holds its replication lock. */
  static void delete(Directory directory) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory.path())) {
      for (Path file : all) {
        if (!file.equals(directory.replicationState())) {
          files.add(file);
        }
      }
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(directory.replicationState());
    Files.deleteIfExists(directory.path());
  }
}
