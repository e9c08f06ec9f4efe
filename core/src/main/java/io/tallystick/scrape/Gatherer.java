package io.tallystick.scrape;

import io.tallystick.merge.Merge;
import io.tallystick.merge.MergedFamily;
import io.tallystick.merge.Retirement;
import io.tallystick.merge.Source;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.RetireLock;
import io.tallystick.shm.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  private final Directory directory;
  private final @Nullable ProcessFile own;
  private final Retirement retirement;
  private final Duration deadGaugeRetention;
  private final Clock clock;
  private final SelfMetrics self;
  private final Merge merge = new Merge();
  private final Map<Token, Source> processes = new HashMap<>();
  private final List<Source> inProcess = new ArrayList<>();
  private final Set<String> said = new HashSet<>();
  private @Nullable Source retired;
  private boolean retiredIsFaulty;
  private @Nullable Token faultyRetired;
  private int unreadable;

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
  }

  List<MergedFamily> gather() throws IOException {
    long startNs = System.nanoTime();
    takeInProcess();
    boolean folded = false;
    for (int i = 0; i < TRIES; i++) {
      RetireLock lock = i < TRIES_WITHOUT_LOCK ? null : RetireLock.tryTake(directory);
      try {
        takeRetired();
        if (takeProcesses(folded) && !folded) {
          folded = true;
          retireDead();
          continue;
        }
        readCells();
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
      if (present != null && reader.token().equals(present.reader().token())) {
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
    } catch (CorruptFileException e) {
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
    } catch (CorruptFileException e) {
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
    boolean anyDead = false;
    unreadable = 0;
    for (Token token : list()) {
      if (folded.contains(token) || (own != null && token.equals(own.token()))) {
        continue;
      }
      boolean live = directory.isAlive(token);
      anyDead |= !live;
      if (!live && !withDead) {
        continue;
      }
      listed.add(token);
      Source present = processes.get(token);
      if (present != null && present.isLive() != live) {
        gone.add(present);
        processes.remove(token);
        present = null;
      }
      if (present == null) {
        add(token, live);
      }
    }
    if (!anyDead || withDead) { // else the next try does it, when the dead are folded
      for (Token token : List.copyOf(processes.keySet())) {
        if (!listed.contains(token)) {
          gone.add(processes.remove(token));
        }
      }
    }
    merge.remove(gone);
    return anyDead;
  }

  private List<Token> list() throws IOException {
    try {
      return directory.tokens();
    } catch (NoSuchFileException | java.nio.file.NotDirectoryException e) {
      sayOnce(directory.path(), e); // deleted under us: what this process counts is still shown
      return List.of();
    }
  }

  private void add(Token token, boolean live) throws IOException {
    Path file = directory.file(token);
    try {
      Source source = new Source(open(file, !live), live);
      processes.put(token, source);
      merge.add(source);
    } catch (NoSuchFileException e) {
      return; // folded since it was listed, which the check of the retired file will tell
    } catch (CorruptFileException e) {
      unreadable++;
      sayOnce(file, e);
    }
  }

  private ProcessFileReader open(Path file, boolean dead) throws IOException, CorruptFileException {
    if (!Files.exists(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      throw new NoSuchFileException(file.toString());
    }
    String objection = directory.objection(file);
    if (objection != null) {
      throw new CorruptFileException(objection);
    }
    try {
      return dead ? ProcessFileReader.openDead(file) : ProcessFileReader.open(file);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      throw new CorruptFileException("cannot be read: " + e);
    }
  }

  private void retireDead() {
    try {
      retirement.run();
    } catch (IOException e) {
      sayOnce(directory.path(), e); // they are read as they are
    }
  }

  private void readCells() throws IOException {
    List<Source> broken;
    SelfMetrics.Numbers said;
    do {
      broken = new ArrayList<>();
      for (Source source : merge.sources()) {
        if (source.isCut()) {
          broken.add(source);
        } else {
          merge.poll(source);
        }
      }
      drop(broken);
      said = numbers();
      self.set(said);
      broken = merge.refresh(Retirement.expireBeforeMs(clock, deadGaugeRetention));
      drop(broken);
    } while (!broken.isEmpty() || numbers().corrupt != said.corrupt); // values may be faulty too
  }

  /** Leaves out files that cannot be read at all any more; they are tried again next time. */
  private void drop(List<Source> broken) throws IOException {
    for (Source source : broken) {
      unreadable++;
      processes.values().remove(source);
      if (source == retired) {
        retired = null;
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
    for (Source source : merge.sources()) {
      String fault = source.fault();
      if (fault != null) {
        numbers.corrupt++;
        sayOnce(directory.file(source.reader().token()), fault);
      }
    }
    numbers.corrupt += unreadable + (retiredIsFaulty ? 1 : 0);
    for (MergedFamily family : merge.families()) {
      numbers.series += family.size();
    }
    numbers.conflicting = merge.conflictingSeries();
    return numbers;
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
    inProcess.clear();
    retired = null;
  }
}
