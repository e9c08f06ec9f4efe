package io.tallystick.merge;

import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Label;
import io.tallystick.shm.CellLayout;
import io.tallystick.shm.CorruptFileException;
import io.tallystick.shm.Directory;
import io.tallystick.shm.ExemplarSlots;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.Interrupts;
import io.tallystick.shm.NativeLayout;
import io.tallystick.shm.NativeShape;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.RetireLock;
import io.tallystick.shm.RetiredFileWriter;
import io.tallystick.shm.Token;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

  /** Folds what is dead now, unless another process is doing it. */
  public Report run() throws IOException {
    return Interrupts.shield(this::tryRun);
  }

  private Report tryRun() throws IOException {
    try (RetireLock lock = RetireLock.tryTake(directory)) {
      if (lock == null) {
        return new Report(0, 0, true);
      }
      return fold(lock, false);
    }
  }

  /**
   * @param careful whether each file is first read to its end by itself. That costs as much again,
   *     so it is done once a file turned out to have a fault behind what was taken in of it
   */
  private Report fold(RetireLock lock, boolean careful) throws IOException {
    Merge merge = new Merge();
    long expireBeforeMs = expireBeforeMs(clock, deadGaugeRetention);
    long generation = 0;
    long processes = 0;
    Set<Token> known = new HashSet<>();
    if (!Files.notExists(directory.retiredFile(), LinkOption.NOFOLLOW_LINKS)) {
      try (ProcessFileReader reader = openChecked(directory.retiredFile())) {
        Source retired = new Source(reader, false);
        merge.poll(retired);
        merge.accumulate(retired, expireBeforeMs);
        String fault = retired.fault();
        if (fault != null) {
          throw new CorruptFileException(fault);
        }
        generation = reader.generation();
        processes = reader.retiredProcesses();
        known.addAll(reader.tokens());
      } catch (CorruptFileException | InternalError e) {
        throw new IOException(
            "retired file is faulty, so that nothing is folded; move it away to start anew: file="
                + directory.retiredFile(),
            e);
      }
    }
    for (Token token : known) {
      lock.delete(token);
    }
    lock.deleteUnfinished(clock.millis());
    List<Token> folded = new ArrayList<>();
    int left = 0;
    for (Token token : directory.tokens()) {
      if (directory.isAlive(token) || isAwaitingItsNext(token)) {
        continue;
      }
      if (careful && !isWhole(token, expireBeforeMs)) {
        left++;
      } else if (foldDead(merge, token, expireBeforeMs)) {
        folded.add(token);
      } else if (careful) {
        throw new IOException("file changed while it was folded: file=" + directory.file(token));
      } else {
        return fold(lock, true);
      }
    }
    if (!folded.isEmpty()) {
      write(merge, generation + 1, processes + folded.size(), folded);
      for (Token token : folded) {
        lock.delete(token);
      }
    }
    return new Report(folded.size(), left, false);
  }

  private ProcessFileReader openChecked(Path file) throws IOException, CorruptFileException {
    String objection = directory.objection(file);
    if (objection != null) {
      throw new CorruptFileException(objection);
    }
    return ProcessFileReader.openDead(file);
  }

  private boolean isWhole(Token token, long expireBeforeMs) throws ClosedByInterruptException {
    try (ProcessFileReader reader = openChecked(directory.file(token))) {
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
    alone.accumulate(source, expireBeforeMs);
    return source.fault() == null;
  }

  /** Whether a dead process' file is left for the next process of its role. */
  private boolean isAwaitingItsNext(Token token) throws ClosedByInterruptException {
    try (ProcessFileReader reader = openChecked(directory.file(token))) {
      return reader.isAwaitingItsNext(clock.millis());
    } catch (ClosedByInterruptException e) {
      throw e; // says nothing of the file
    } catch (IOException | CorruptFileException e) {
      return false;
    }
  }

  /** Adds a dead process' values; false where there was a fault, and the merge is of no use. */
  private boolean foldDead(Merge merge, Token token, long expireBeforeMs)
      throws ClosedByInterruptException {
    boolean counted = false;
    try (ProcessFileReader reader = openChecked(directory.file(token))) {
      Source source = new Source(reader, false);
      merge.poll(source);
      merge.accumulate(source, expireBeforeMs);
      counted = source.fault() == null;
    } catch (ClosedByInterruptException e) {
      throw e; // says nothing of the file
    } catch (IOException | CorruptFileException | InternalError e) {
      return counted; // where only closing failed, its values are in the merge
    }
    return counted;
  }

  private void write(Merge merge, long generation, long processes, List<Token> tokens)
      throws IOException {
    int cells = 0;
    for (MergedFamily family : merge.allFamilies()) {
      cells += family.size() * 2;
    }
    try (RetiredFileWriter writer =
        RetiredFileWriter.create(directory, generation, processes, tokens, cells, clock.millis())) {
      for (MergedFamily family : merge.allFamilies()) {
        family.settle();
        new FamilyWriter(writer, family).write();
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

  /** Writes the series of one merged family. */
  private static final class FamilyWriter {
    private final RetiredFileWriter writer;
    private final MergedFamily family;
    private final Map<List<String>, Schema> schemas = new HashMap<>();

    FamilyWriter(RetiredFileWriter writer, MergedFamily family) {
      this.writer = writer;
      this.family = family;
    }

    void write() throws IOException {
      for (int series = 0; series < family.size(); series++) {
        if (family.isSeen(series)) {
          writeSeries(series);
        }
      }
    }

    private void writeSeries(int series) throws IOException {
      Schema schema = schemas.get(family.index().schemaNames(series));
      if (schema == null) {
        schema = schemaOf(family.index().schemaNames(series));
        schemas.put(family.index().schemaNames(series), schema);
      }
      List<String> values = new ArrayList<>(List.of(family.index().labelValues(series)));
      String instance = schema.instance < 0 ? null : values.remove(schema.instance);
      RetiredFileWriter.Row row =
          writer.addSeries(
              schema.number, schema.descriptor, values, family.createdMs(series), instance);
      put(row, series);
      putExemplars(row, series);
    }

    private void put(RetiredFileWriter.Row row, int series) {
      double sum = family.sum(series);
      double rest = family.rest(series);
      switch (family.type()) {
        case COUNTER -> {
          row.put(CellLayout.COUNTER_LONG, family.word(series, 0));
          row.put(CellLayout.COUNTER_DOUBLE, sum, rest);
        }
        case SUMMARY -> {
          row.put(CellLayout.DISTRIBUTION_SUM, sum, rest);
          row.put(CellLayout.SUMMARY_COUNT, family.word(series, 0));
        }
        case HISTOGRAM -> {
          row.put(CellLayout.DISTRIBUTION_SUM, sum, rest);
          for (int i = 0; i < family.bounds().length; i++) {
            row.put(CellLayout.HISTOGRAM_BUCKETS + i, family.word(series, i));
          }
          putNatives(row, series);
        }
        case GAUGE -> {
          row.put(CellLayout.GAUGE_VALUE, sum);
          row.put(CellLayout.GAUGE_WRITTEN_MS, family.word(series, 0));
        }
        case INFO -> {
          row.put(CellLayout.GAUGE_VALUE, 1.0);
          row.put(CellLayout.GAUGE_WRITTEN_MS, family.word(series, 0));
        }
        case STATESET -> {
          for (int i = 0; i <= family.states().size(); i++) {
            row.put(i, family.word(series, i));
          }
        }
      }
    }

    private void putExemplars(RetiredFileWriter.Row row, int series) throws IOException {
      List<Exemplar> exemplars = family.exemplars(series);
      if (exemplars.isEmpty()) {
        return;
      }
      ExemplarSlots slots = writer.addExemplars(row, exemplars.size());
      int slot = 0;
      for (Exemplar exemplar : exemplars) {
        List<String> labels = new ArrayList<>();
        for (Label label : exemplar.getLabels()) {
          labels.add(label.getName());
          labels.add(label.getValue());
        }
        byte[] text = ExemplarSlots.encode(labels);
        if (text != null) { // as it was read from a slot
          slots.put(slot++, exemplar.getTimestampMillis(), exemplar.getValue(), text, false);
        }
      }
    }

    private void putNatives(RetiredFileWriter.Row row, int series) {
      NativeShape shape = family.nativeShape();
      if (shape == null) {
        return;
      }
      NativeBuckets buckets = family.nativeBuckets(series);
      buckets.limit(shape.capacity());
      int part = CellLayout.HISTOGRAM_BUCKETS + family.bounds().length;
      double zeroThreshold = buckets.zeroThreshold();
      row.put(part + NativeLayout.SCHEMA, NativeLayout.schemaWord(buckets.schema()));
      row.put(part + NativeLayout.ZERO_COUNT, buckets.zeroCount());
      row.put(part + NativeLayout.ZERO_THRESHOLD, zeroThreshold == 0 ? -0.0 : zeroThreshold);
      int at = part + NativeLayout.ENTRIES;
      for (boolean negative : new boolean[] {false, true}) {
        for (int index : buckets.indexes(negative)) {
          row.put(at++, NativeLayout.key(buckets.schema(), negative, index));
          row.put(at++, buckets.count(negative, index));
        }
      }
      row.put(part + NativeLayout.USED, buckets.size());
    }

    private Schema schemaOf(List<String> names) throws IOException {
      List<String> own = new ArrayList<>(names);
      boolean perProcess = family.type() == FamilyType.GAUGE && family.mode().isPerProcess();
      int instance = perProcess ? own.indexOf(LabelSet.PID) : -1;
      if (instance >= 0) {
        own.remove(instance);
      }
      FamilyDescriptor descriptor = family.describe(own);
      return new Schema(writer.addFamily(descriptor), descriptor, instance);
    }

    /**
     * @param instance where the process stands among the sorted values; -1 where it does not
     */
    private record Schema(int number, FamilyDescriptor descriptor, int instance) {}
  }

  /** The time before which dead processes' own series are gone. */
  public static long expireBeforeMs(Clock clock, Duration deadGaugeRetention) {
    return clock.millis() - deadGaugeRetention.toMillis();
  }
}
