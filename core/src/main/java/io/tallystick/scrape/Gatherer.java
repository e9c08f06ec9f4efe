package io.tallystick.scrape;

import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.core.exemplars.ExemplarSamplerConfig;
import io.tallystick.merge.Merge;
import io.tallystick.merge.MergedFamily;
import io.tallystick.merge.MergedFile;
import io.tallystick.merge.PythonSource;
import io.tallystick.merge.Retirement;
import io.tallystick.merge.Source;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.shm.PageFaults;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.RetireLock;
import io.tallystick.shm.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final int TRIES_WITHOUT_LOCK = 3;
  private static final int TRIES = 100;
  private static final long RETRY_FOLD_MS = 10_000;
  private static final long EXEMPLAR_RETENTION_MS =
      new ExemplarSamplerConfig(PrometheusProperties.get().getExemplarProperties(), 1)
          .getMaxRetentionPeriodMillis();

  private final Directory directory;
  private final @Nullable ProcessFile own;
  private final Retirement retirement;
  private final Duration deadGaugeRetention;
  private final Clock clock;
  private final SelfMetrics self;
  private final Merge merge = new Merge();
  private final Map<Token, Source> processes = new HashMap<>();
  private final PythonFiles pythonFiles;
  private final List<Source> inProcess = new ArrayList<>(); // the self-metrics first
  private final Set<String> said = new HashSet<>();
  private @Nullable Source retired;
  private boolean retiredIsFaulty;
  private @Nullable Token faultyRetired;
  private int unreadable;
  private final Set<Source> unusable = new HashSet<>(); // to be opened again
  private final Set<Token> dead = new HashSet<>();
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
    this.pythonFiles = new PythonFiles(directory, this::sayOnce);
  }

  /** The families of the directory, all of them; those that are not included may have no values. */
  List<MergedFamily> gather(Predicate<String> includedNames) throws IOException {
    long startNs = System.nanoTime();
    takeInProcess();
    boolean folded = false;
    for (int i = 0; i < TRIES; i++) {
      RetireLock lock = i < TRIES_WITHOUT_LOCK ? null : tryLock();
      try {
        takeRetired();
        if (takeProcesses(folded) && !folded) {
          folded = true;
          retireDead();
          continue;
        }
        pythonFiles.takeIn(merge);
        readCells(includedNames);
        if (isRetiredCurrent()) {
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

  private @Nullable RetireLock tryLock() {
    try {
      return RetireLock.tryTake(directory);
    } catch (IOException e) {
      sayOnce(directory.path(), e); // as if another had it
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

  /** Takes in the retired file if it is another than before. */
  private void takeRetired() throws IOException {
    retiredIsFaulty = false;
    faultyRetired = null;
    Path file = directory.retiredFile();
    Source present = retired;
    try {
      ProcessFileReader reader = open(file, true);
      if (present != null
          && !unusable.remove(present)
          && reader.token().equals(present.reader().token())) {
        retiredIsFaulty = present.fault() == null && reader.isShort();
        reader.close();
        return;
      }
      Source next = new Source(reader, false);
      merge.add(next);
      if (present == null) {
        retired = next;
      } else if (next.fault() == null) {
        retired = next;
        merge.remove(List.of(present));
      } else {
        retiredIsFaulty = true; // what was taken in before goes on counting
        faultyRetired = reader.token();
        sayOnce(file, next.fault());
        merge.remove(List.of(next));
      }
    } catch (NoSuchFileException e) {
      if (present != null) {
        merge.remove(List.of(present));
        retired = null;
      }
    } catch (IOException | CorruptFileException e) {
      retiredIsFaulty = true; // as above
      sayOnce(file, e);
    }
  }

  private boolean isRetiredCurrent() throws IOException {
    Source present = retired;
    try (ProcessFileReader reader = open(directory.retiredFile(), true)) {
      return reader.token().equals(faultyRetired)
          || (present != null && reader.token().equals(present.reader().token()));
    } catch (NoSuchFileException e) {
      return present == null;
    } catch (IOException | CorruptFileException e) {
      return retiredIsFaulty;
    }
  }

  /**
   * Takes in the files that are there, and leaves out those that have gone.
   *
   * @param withDead whether dead processes are read as they are
   * @return whether there are dead processes
   */
  private boolean takeProcesses(boolean withDead) throws IOException {
    Set<Token> folded = retired == null ? Set.of() : retired.reader().tokens();
    List<Source> gone = new ArrayList<>();
    Set<Token> listed = new HashSet<>();
    dead.clear();
    unreadable = 0;
    for (Token token : list()) {
      if (folded.contains(token) || (own != null && token.equals(own.token()))) {
        continue;
      }
      listed.add(token);
      boolean live = directory.isAlive(token);
      if (!live) {
        dead.add(token);
        if (!withDead) {
          continue; // they are folded first
        }
      }
      Source known = processes.get(token);
      if (known == null) {
        add(token, live);
      } else if ((known.isLive() != live || unusable.contains(known)) && add(token, live)) {
        gone.add(known);
      }
    }
    // While the retired file cannot be read, a process that vanished into it counts as it did.
    if (!retiredIsFaulty) {
      for (Token token : List.copyOf(processes.keySet())) {
        if (!listed.contains(token)) {
          gone.add(processes.remove(token));
        }
      }
    }
    merge.remove(gone);
    unusable.removeAll(gone);
    return !dead.isEmpty();
  }

  /** The process files that are there; where that cannot be found out, those of the known ones. */
  private Collection<Token> list() {
    try {
      return directory.tokens();
    } catch (NoSuchFileException | NotDirectoryException e) {
      sayOnce(directory.path(), e); // deleted under us: what this process counts is still shown
      return List.of();
    } catch (IOException e) {
      sayOnce(directory.path(), e);
      Set<Token> known = new HashSet<>(processes.keySet());
      known.removeIf(token -> Files.notExists(directory.file(token), LinkOption.NOFOLLOW_LINKS));
      return known;
    }
  }

  /**
   * Takes in a process file, in the place of what was taken in of it before.
   *
   * @return false where it cannot be read now: what was read of it before goes on counting
   */
  private boolean add(Token token, boolean live) throws IOException {
    Path file = directory.file(token);
    try {
      Source source = new Source(open(file, !live), live);
      merge.add(source);
      processes.put(token, source);
      return true;
    } catch (NoSuchFileException e) {
      return false; // folded since it was listed, which the check of the retired file will tell
    } catch (CorruptFileException e) {
      unreadable++;
      sayOnce(file, e);
      processes.remove(token);
      return true;
    } catch (IOException e) {
      unreadable++;
      sayOnce(file, e);
      return false;
    }
  }

  private ProcessFileReader open(Path file, boolean dead) throws IOException, CorruptFileException {
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(file.toString());
    }
    String objection = directory.objection(file);
    if (objection != null) {
      throw new CorruptFileException(objection);
    }
    return dead ? ProcessFileReader.openDead(file) : ProcessFileReader.open(file);
  }

  private void retireDead() {
    boolean isRecent = Math.abs(clock.millis() - triedMs) < RETRY_FOLD_MS;
    if (isRecent && tried.containsAll(dead)) {
      return; // those cannot be folded
    }
    try {
      if (retirement.run().busy()) {
        return;
      }
    } catch (IOException e) {
      sayOnce(directory.path(), e); // they are read as they are
    }
    tried = Set.copyOf(dead);
    triedMs = clock.millis();
  }

  private void readCells(Predicate<String> includedNames) throws IOException {
    List<MergedFile> broken;
    do {
      drop(pollAll());
      broken =
          merge.refresh(
              Retirement.expireBeforeMs(clock, deadGaugeRetention),
              clock.millis() - EXEMPLAR_RETENTION_MS,
              family -> NameFilter.includes(includedNames, family.metadata()));
      drop(broken);
    } while (!broken.isEmpty());
    try {
      SelfMetrics.Numbers numbers = numbers();
      PageFaults.throwPending();
      self.set(numbers);
    } catch (InternalError e) {
      LOG.log(System.Logger.Level.DEBUG, "a header has gone; the next refresh drops its file", e);
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
        if (source instanceof Source process) {
          unusable.add(process);
        }
        // what was read of it goes on counting
        sayOnce(fileOf(source), e);
      }
    }
    return cut;
  }

  /** Leaves out files that cannot be read at all any more; they are tried again next time. */
  private void drop(List<MergedFile> broken) throws IOException {
    for (MergedFile source : broken) {
      if (source instanceof Source process) {
        unreadable++;
        unusable.remove(process);
        processes.values().remove(process);
        if (process == retired) {
          retired = null;
        }
      } else {
        pythonFiles.remove(source); // it has gone or is another now; the next time says which
      }
    }
    merge.remove(broken);
  }

  private SelfMetrics.Numbers numbers() {
    SelfMetrics.Numbers numbers = new SelfMetrics.Numbers();
    if (own != null) {
      numbers.live++;
      add(numbers, inProcess.get(inProcess.size() - 1));
      numbers.bytes += inProcess.get(inProcess.size() - 1).reader().lengthBytes();
    }
    for (Source source : processes.values()) {
      if (source.isLive()) {
        numbers.live++;
        add(numbers, source);
      } else {
        numbers.dead++;
      }
      numbers.bytes += source.reader().lengthBytes();
    }
    Source present = retired;
    if (present != null) {
      numbers.retired = present.reader().retiredProcesses();
      numbers.bytes += present.reader().lengthBytes();
    }
    for (MergedFile source : merge.sources()) {
      String fault = source.fault();
      if (fault != null) {
        numbers.corrupt++;
        sayOnce(fileOf(source), fault);
      }
    }
    numbers.python = pythonFiles.size();
    numbers.bytes += pythonFiles.lengthBytes();
    numbers.corrupt += unreadable + pythonFiles.unreadable() + (retiredIsFaulty ? 1 : 0);
    for (MergedFamily family : merge.families()) {
      numbers.series += family.size();
    }
    numbers.conflicting = merge.conflictingSeries();
    return numbers;
  }

  private Path fileOf(MergedFile file) {
    if (file instanceof Source source && source != retired) {
      return directory.file(source.reader().token());
    }
    return file instanceof PythonSource python
        ? directory.path().resolve(python.file().name().toString())
        : directory.retiredFile();
  }

  private static void add(SelfMetrics.Numbers numbers, Source live) {
    numbers.unshared += live.reader().unsharedSeries();
    numbers.overflows += live.reader().overflows();
  }

  private void sayOnce(Path file, Object what) {
    if (said.size() < 1_000 && said.add(file + ": " + what)) {
      LOG.log(System.Logger.Level.WARNING, "skipped: file=" + file + " reason=" + what);
    }
  }

  void close() throws IOException {
    merge.remove(List.copyOf(merge.sources()));
    processes.clear();
    pythonFiles.clear();
    inProcess.clear();
    retired = null;
  }
}
