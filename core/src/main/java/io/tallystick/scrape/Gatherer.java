package io.tallystick.scrape;

import io.tallystick.merge.FamilySize;
import io.tallystick.merge.Merge;
import io.tallystick.merge.MergedFamily;
import io.tallystick.merge.MergedFile;
import io.tallystick.merge.PythonSource;
import io.tallystick.merge.Retirement;
import io.tallystick.merge.Source;
import io.tallystick.shm.Directory;
import io.tallystick.shm.Log;
import io.tallystick.shm.PageFaults;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.RetireLock;
import io.tallystick.shm.Token;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a merge in step with the files of a directory.
 *
 * <p>A gathering takes in the retired file first, then lists the directory, then reads all cells,
 * and looks whether the retired file is still the one it took in. If not, a process may have been
 * missed or read twice, and it starts again; after a few times it holds the retire lock, so that
 * nobody can fold meanwhile. Hence no total is lower than one that was shown before.
 *
 * <p>Not thread-safe.
 */
final class Gatherer {
  private static final int TRIES_WITHOUT_LOCK = 3;
  private static final int TRIES = 100;

  /** A process leaves cells alone for so long that a try that is not very slow is right anyway. */
  private static final int TRIES_OUTDATED = 10;

  private static final long RETRY_FOLD_MS = 10_000;

  private final Directory directory;
  private final @Nullable ProcessFile own;
  private final Retirement retirement;
  private final Duration deadGaugeRetention;
  private final Clock clock;
  private final SelfMetrics self;
  private final GreatestFamilies greatest;
  private final FaultLog faults = new FaultLog();
  private final Merge merge = new Merge();
  private final List<Source> inProcess = new ArrayList<>(); // the self-metrics first
  private final RetiredFile retired;
  private final ProcessFiles processes;
  private final PythonFiles pythonFiles;
  private Set<Token> tried = Set.of(); // dead processes that a fold has looked at
  private long triedMs;

  Gatherer(
      Directory directory,
      @Nullable ProcessFile own,
      Retirement retirement,
      Duration deadGaugeRetention,
      Clock clock) {
    this.directory = directory;
    this.own = own;
    this.retirement = retirement;
    this.deadGaugeRetention = deadGaugeRetention;
    this.clock = clock;
    this.self = new SelfMetrics(clock);
    this.greatest = new GreatestFamilies(clock);
    this.retired = new RetiredFile(directory, faults);
    this.processes = new ProcessFiles(directory, own == null ? null : own.token(), faults);
    this.pythonFiles = new PythonFiles(directory, faults);
  }

  /** The families of the directory, all of them; those that are not included may have no values. */
  List<MergedFamily> gather(Predicate<String> includedNames) throws IOException {
    long startNs = System.nanoTime();
    takeInProcess();
    boolean folded = false;
    for (int i = 0; i < TRIES; i++) {
      RetireLock lock = i < TRIES_WITHOUT_LOCK ? null : tryLock();
      try {
        retired.takeIn(merge);
        processes.takeIn(merge, retired, folded);
        if (!folded && !processes.dead().isEmpty()) {
          folded = true;
          retireDead();
          continue;
        }
        pythonFiles.takeIn(merge);
        readCells(includedNames);
        if (retired.isCurrent()) {
          self.setDurationNs(System.nanoTime() - startNs);
          return merge.families();
        }
      } finally {
        if (lock != null) {
          lock.close();
        }
      }
    }
    throw new IOException("the retired file changes faster than it can be read: tries=" + TRIES);
  }

  /** All families as they were gathered, but Tallystick's own. */
  List<MergedFamily> foreignFamilies() {
    List<MergedFamily> families = new ArrayList<>();
    for (MergedFamily family : merge.allFamilies()) {
      if (!FamilySize.isOwn(family)) {
        families.add(family);
      }
    }
    return families;
  }

  private @Nullable RetireLock tryLock() {
    try {
      return RetireLock.tryTake(directory);
    } catch (IOException e) {
      faults.say(directory.path(), e); // as if another had it
      return null;
    }
  }

  private void takeInProcess() throws IOException {
    if (!inProcess.isEmpty()) {
      return;
    }
    List<ProcessFileReader> readers = new ArrayList<>(self.file().readers());
    if (own != null) {
      readers.addAll(own.readers());
    }
    for (ProcessFileReader reader : readers) {
      Source source = new Source(reader, true);
      inProcess.add(source);
      merge.add(source);
    }
  }

  private void retireDead() {
    boolean isRecent = Math.abs(clock.millis() - triedMs) < RETRY_FOLD_MS;
    if (isRecent && tried.containsAll(processes.dead())) {
      return; // those cannot be folded
    }
    try {
      if (retirement.run().busy()) {
        return;
      }
    } catch (IOException e) {
      faults.say(directory.path(), e); // they are read as they are
    }
    tried = Set.copyOf(processes.dead());
    triedMs = clock.millis();
  }

  private void readCells(Predicate<String> includedNames) throws IOException {
    List<MergedFile> broken;
    int outdated = 0;
    do {
      drop(pollAll());
      greatest.show(merge);
      merge.at(clock.millis());
      broken =
          merge.refresh(
              Retirement.expireBeforeMs(clock, deadGaugeRetention),
              clock.millis() - Scraper.EXEMPLAR_RETENTION.toMillis(),
              family -> NameFilter.includes(includedNames, family.metadata()));
      drop(broken);
    } while (!broken.isEmpty() || (merge.isOutdated() && ++outdated < TRIES_OUTDATED));
    try {
      SelfMetrics.Numbers numbers = numbers();
      PageFaults.throwPending();
      self.set(numbers);
    } catch (InternalError e) {
      Log.logger()
          .log(System.Logger.Level.DEBUG, "a header has gone; the next refresh drops its file", e);
    }
    merge.refreshGauges(inProcess.get(0)); // what was said of the time before is older
  }

  /** Reads new records, and returns the sources whose files were cut. */
  private List<MergedFile> pollAll() {
    List<MergedFile> cut = new ArrayList<>();
    for (MergedFile source : merge.sources()) {
      try {
        if (source.isCut()) {
          cut.add(source);
        } else {
          merge.poll(source);
        }
      } catch (IOException e) {
        setStale(source);
        faults.say(fileOf(source), e);
      }
    }
    return cut;
  }

  /** Has a file opened anew the next time; what was read of it goes on counting. */
  private void setStale(MergedFile file) {
    if (file instanceof Source source) {
      if (processes.contains(source)) {
        processes.setStale(source);
      } else {
        retired.setStale();
      }
    }
  }

  /** Leaves out files that cannot be read at all any more; they are tried again next time. */
  private void drop(List<MergedFile> broken) throws IOException {
    for (MergedFile file : broken) {
      if (file instanceof Source source) {
        if (processes.contains(source)) {
          processes.forget(source);
        } else {
          retired.forget();
        }
      } else {
        pythonFiles.remove(file); // it has gone or is another now; the next time says which
      }
    }
    merge.remove(broken);
  }

  private SelfMetrics.Numbers numbers() {
    SelfMetrics.Numbers numbers = new SelfMetrics.Numbers();
    if (own != null) {
      numbers.countLive(inProcess.get(inProcess.size() - 1).reader());
    }
    processes.count(numbers);
    retired.count(numbers);
    pythonFiles.count(numbers);
    for (MergedFile source : merge.sources()) {
      String fault = source.fault();
      if (fault != null) {
        numbers.corrupt++;
        faults.say(fileOf(source), fault);
      }
    }
    for (MergedFamily family : merge.families()) {
      numbers.series += family.size();
    }
    numbers.series -= greatest.size(); // or a new family would count as two series
    numbers.conflicting = merge.conflictingSeries();
    return numbers;
  }

  private Path fileOf(MergedFile file) {
    if (file instanceof PythonSource python) {
      return directory.path().resolve(python.file().name().toString());
    }
    return file instanceof Source source && !source.reader().isRetired()
        ? directory.file(source.reader().token())
        : directory.retiredFile();
  }

  void close() throws IOException {
    merge.remove(List.copyOf(merge.sources()));
    processes.clear();
    retired.forget();
    pythonFiles.clear();
    inProcess.clear();
    greatest.close();
  }
}
