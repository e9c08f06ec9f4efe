package io.tallystick.merge;

import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.shm.Interrupts;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.RetireLock;
import io.tallystick.shm.RetiredFileWriter;
import io.tallystick.shm.Token;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Folds the files of dead processes into the retired file.
 *
 * <p>Steps, under the directory's retire lock: read the retired file and the dead files; write a
 * new retired file aside, which names the tokens it took in; force it; rename it over the old one;
 * delete the dead files. Killed before the rename, nothing has happened. Killed after it, a file
 * whose token is named is ignored by everyone and deleted by the next fold. So each dead process is
 * in the sum once.
 *
 * <p>The file of a process that the next one of its role may go on with is left for a minute. A
 * file with a fault is left where it is, and so is everything while the retired file has one.
 */
public final class Retirement {
  private final Directory directory;
  private final Duration deadGaugeRetention;
  private final Clock clock;

  /**
   * @param deadGaugeRetention how long a dead process' own gauges are kept after they were written
   */
  public Retirement(Directory directory, Duration deadGaugeRetention, Clock clock) {
    this.directory = directory;
    this.deadGaugeRetention = deadGaugeRetention;
    this.clock = clock;
  }

  /**
   * Folds what is dead now, unless another process is doing it. Where nothing is, the retired file
   * is not looked at.
   */
  public Report run() throws IOException {
    return Interrupts.shield(() -> tryRun(false));
  }

  /**
   * As {@link #run}, but looks at the retired file in any case.
   *
   * @throws IOException also where that is faulty
   */
  public Report runAndCheck() throws IOException {
    return Interrupts.shield(() -> tryRun(true));
  }

  private Report tryRun(boolean checks) throws IOException {
    try (RetireLock lock = RetireLock.tryTake(directory)) {
      if (lock == null) {
        return new Report(0, 0, true);
      }
      List<Token> ended = ended();
      if (ended.isEmpty() && !checks) { // and what the retired file has stays as it is
        lock.deleteUnfinished(clock.millis());
        return new Report(0, 0, false);
      }
      return fold(lock, ended, false);
    }
  }

  /** Those of process files that nobody holds: of the dead, and of those that were folded. */
  private List<Token> ended() throws IOException {
    List<Token> ended = new ArrayList<>();
    for (Token token : directory.tokens()) {
      if (!directory.isAlive(token)) {
        ended.add(token);
      }
    }
    return ended;
  }

  /**
   * @param careful whether each file is first read to its end by itself. That costs as much again,
   *     so it is done once a file turned out to have a fault behind what was taken in of it
   */
  private Report fold(RetireLock lock, List<Token> ended, boolean careful) throws IOException {
    long nowMs = clock.millis();
    long expireBeforeMs = expireBeforeMs(clock, deadGaugeRetention);
    Merge merge = new Merge();
    merge.at(nowMs);
    Retired retired = takeRetired(merge);
    List<Token> dead = new ArrayList<>();
    int left = 0;
    for (Token token : ended) {
      if (retired.tokens().contains(token)) {
        continue;
      }
      if (careful && !isWhole(token, expireBeforeMs)) {
        left++;
      } else {
        dead.add(token);
      }
    }
    DeadLives lives = new DeadLives(directory, merge, nowMs);
    if (!lives.take(dead, retired.tokens(), retired.source())) {
      return foldCarefully(lock, ended, careful);
    }
    accumulate(merge, retired, expireBeforeMs);
    for (Token token : retired.tokens()) {
      lock.delete(token);
    }
    lock.deleteUnfinished(nowMs);
    List<Token> folded = new ArrayList<>();
    for (Token token : dead) {
      Source known = lives.takeSource(token);
      Outcome outcome =
          known != null
              ? accumulate(merge, known, expireBeforeMs)
              : foldDead(merge, token, expireBeforeMs, nowMs);
      if (outcome == Outcome.FOLDED) {
        folded.add(token);
      } else if (outcome == Outcome.FAULTY) {
        return foldCarefully(lock, ended, careful);
      }
    }
    if (!folded.isEmpty()) {
      write(merge, retired, folded, nowMs);
      for (Token token : folded) {
        lock.delete(token);
      }
    }
    return new Report(folded.size(), left, false);
  }

  private Report foldCarefully(RetireLock lock, List<Token> ended, boolean wasCareful)
      throws IOException {
    if (wasCareful) {
      throw new IOException("a file changed while it was folded: directory=" + directory.path());
    }
    return fold(lock, ended, true);
  }

  private Retired takeRetired(Merge merge) throws IOException {
    if (Files.notExists(directory.retiredFile(), LinkOption.NOFOLLOW_LINKS)) {
      return new Retired(null, 0, 0, Set.of());
    }
    try (ProcessFileReader reader = directory.openDead(directory.retiredFile())) {
      Source source = new Source(reader, false);
      merge.poll(source);
      String fault = source.fault();
      if (fault != null) {
        throw new CorruptFileException(fault);
      }
      return new Retired(source, reader.generation(), reader.retiredProcesses(), reader.tokens());
    } catch (CorruptFileException | InternalError e) {
      throw faulty(e);
    }
  }

  private void accumulate(Merge merge, Retired retired, long expireBeforeMs) throws IOException {
    Source source = retired.source();
    if (source == null) {
      return;
    }
    try {
      merge.accumulate(source, expireBeforeMs);
      String fault = source.fault();
      if (fault != null) {
        throw new CorruptFileException(fault);
      }
    } catch (CorruptFileException | InternalError e) {
      throw faulty(e);
    }
  }

  private IOException faulty(Throwable cause) {
    return new IOException(
        "retired file is faulty, so that nothing is folded; move it away to start anew: file="
            + directory.retiredFile(),
        cause);
  }

  private boolean isWhole(Token token, long expireBeforeMs) throws ClosedByInterruptException {
    try (ProcessFileReader reader = directory.openDead(directory.file(token))) {
      return isWhole(reader, expireBeforeMs);
    } catch (ClosedByInterruptException e) {
      throw e; // says nothing of the file
    } catch (IOException | CorruptFileException | InternalError e) {
      return false;
    }
  }

  /** Whether there is no fault in a file that nobody writes, and nothing impossible. */
  public static boolean isWhole(ProcessFileReader reader) {
    try {
      return isWhole(reader, Long.MIN_VALUE);
    } catch (IOException | InternalError e) {
      return false;
    }
  }

  private static boolean isWhole(ProcessFileReader reader, long expireBeforeMs) throws IOException {
    Source source = new Source(reader, false);
    Merge alone = new Merge();
    alone.poll(source);
    alone.takeLives(source);
    alone.accumulate(source, expireBeforeMs);
    return source.fault() == null;
  }

  /** Adds a dead process' values. Where there was a fault, the merge is of no use. */
  private Outcome foldDead(Merge merge, Token token, long expireBeforeMs, long nowMs)
      throws ClosedByInterruptException {
    Outcome outcome = Outcome.FAULTY;
    try (ProcessFileReader reader = directory.openDead(directory.file(token))) {
      if (reader.isAwaitingItsNext(nowMs)) {
        return Outcome.AWAITING_ITS_NEXT;
      }
      Source source = new Source(reader, false);
      merge.poll(source);
      outcome = accumulate(merge, source, expireBeforeMs);
    } catch (ClosedByInterruptException e) {
      throw e; // says nothing of the file
    } catch (IOException | CorruptFileException | InternalError e) {
      return outcome; // where only closing failed, its values are in the merge
    }
    return outcome;
  }

  private static Outcome accumulate(Merge merge, Source source, long expireBeforeMs) {
    try {
      merge.accumulate(source, expireBeforeMs);
      return source.fault() == null ? Outcome.FOLDED : Outcome.FAULTY;
    } catch (InternalError e) { // how the JVM says that a mapped page has gone
      return Outcome.FAULTY;
    }
  }

  private void write(Merge merge, Retired retired, List<Token> tokens, long nowMs)
      throws IOException {
    int cells = 0;
    for (MergedFamily family : merge.allFamilies()) {
      cells += family.size() * 2;
    }
    long generation = retired.generation() + 1;
    long processes = retired.processes() + tokens.size();
    try (RetiredFileWriter writer =
        RetiredFileWriter.create(directory, generation, processes, tokens, cells, nowMs)) {
      for (MergedFamily family : merge.allFamilies()) {
        family.settle();
        new RetiredFamilyWriter(writer, family, nowMs).write();
      }
      writer.commit();
    }
  }

  /**
   * What a fold did.
   *
   * @param folded dead processes whose values are in the retired file now
   * @param left dead processes whose files have a fault and were left where they are
   * @param busy whether another process held the lock, so that nothing was looked at
   */
  public record Report(int folded, int left, boolean busy) {}

  /** The time before which dead processes' own series are gone. */
  public static long expireBeforeMs(Clock clock, Duration deadGaugeRetention) {
    return clock.millis() - deadGaugeRetention.toMillis();
  }

  /** The retired file as it is; without a source where there is none. */
  private record Retired(
      @Nullable Source source, long generation, long processes, Set<Token> tokens) {}

  private enum Outcome {
    FOLDED,
    FAULTY,
    AWAITING_ITS_NEXT
  }
}
