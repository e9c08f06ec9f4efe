package io.tallystick.scrape;

import io.tallystick.shm.CellLayout;
import io.tallystick.shm.Cells;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.ProcessFileReader;
import io.tallystick.shm.SeriesCells;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a scraper says of the directory and of itself: gauges in a process file of its heap. */
final class SelfMetrics {
  private final ProcessFile file;
  private final Value live;
  private final Value dead;
  private final Value retired;
  private final Value python;
  private final Value bytes;
  private final Value series;
  private final Value unshared;
  private final Value conflicting;
  private final Value corrupt;
  private final Value overflows;
  private final Value callbackFailures;
  private final Value unmirrored;
  private final Value duration;

  SelfMetrics(Clock clock) {
    this.file = ProcessFile.inHeap(new ProcessFile.Settings(0, 64, Long.MAX_VALUE, null, clock));
    ProcessFile.Family files =
        family(
            file,
            "tallystick_process_files",
            "Processes of the directory by state, and client_python's files.",
            "state");
    this.live = new Value(file, files, "live");
    this.dead = new Value(file, files, "dead");
    this.retired = new Value(file, files, "retired");
    this.python = new Value(file, files, "python");
    this.bytes = value("tallystick_bytes", "Bytes of all process files and the retired file.");
    this.series = value("tallystick_series", "Series of the merged families.");
    this.unshared =
        value(
            "tallystick_unshared_series",
            "Series that are in the heap of their process because its file cannot grow.");
    this.conflicting =
        value(
            "tallystick_conflicting_series",
            "Series left out because an older registration has another type or mode.");
    this.corrupt =
        value("tallystick_corrupt_files", "Files skipped, wholly or behind a fault in them.");
    this.overflows =
        value(
            "tallystick_overflows",
            "Look-ups of living processes that were answered with an overflow series.");
    this.callbackFailures =
        value(
            "tallystick_callback_failures",
            "Callbacks and collectors of living processes that threw or did not return in time.");
    this.unmirrored =
        value(
            "tallystick_unmirrored_series",
            "Series of mirrored registries that cannot be in the directory.");
    this.duration =
        value("tallystick_scrape_duration_seconds", "How long gathering took the last time.");
  }

  ProcessFile file() {
    return file;
  }

  void set(Numbers numbers) {
    live.set(numbers.live);
    dead.set(numbers.dead);
    retired.set(numbers.retired);
    python.set(numbers.python);
    bytes.set(numbers.bytes);
    series.set(numbers.series);
    unshared.set(numbers.unshared);
    conflicting.set(numbers.conflicting);
    corrupt.set(numbers.corrupt);
    overflows.set(numbers.overflows);
    callbackFailures.set(numbers.callbackFailures);
    unmirrored.set(numbers.unmirrored);
  }

  void setDurationNs(long durationNs) {
    duration.set(durationNs / 1e9);
  }

  private Value value(String name, String help) {
    return new Value(file, family(file, name, help, null), null);
  }

  /** A gauge of the newest value, with one label or none. */
  static ProcessFile.Family family(
      ProcessFile file, String name, String help, @Nullable String label) {
    String unit = name.endsWith("_seconds") ? "seconds" : name.endsWith("_bytes") ? "bytes" : null;
    return file.addFamily(
        new FamilyDescriptor(
            FamilyType.GAUGE,
            GaugeMode.MOSTRECENT,
            name,
            name,
            name,
            help,
            unit,
            label == null ? List.of() : List.of(label),
            List.of(),
            List.of(),
            new double[0],
            List.of(),
            new double[0],
            0));
  }

  /** What is counted anew at each scrape. */
  static final class Numbers {
    double live;
    double dead;
    double retired;
    double python;
    double bytes;
    double series;
    double unshared;
    double conflicting;
    double corrupt;
    double overflows;
    double callbackFailures;
    double unmirrored;

    void countLive(ProcessFileReader process) {
      live++;
      bytes += process.lengthBytes();
      unshared += process.unsharedSeries();
      overflows += process.overflows();
      callbackFailures += process.callbackFailures();
      unmirrored += process.unmirroredSeries();
    }
  }

  /** One gauge. */
  static final class Value extends SeriesCells {
    private long writtenMs; // counts up

    Value(ProcessFile file, ProcessFile.Family family, @Nullable String label) {
      super(cells(file, family, label));
    }

    private static Cells cells(
        ProcessFile file, ProcessFile.Family family, @Nullable String label) {
      Cells cells = file.addSeries(family, label == null ? List.of() : List.of(label), 0);
      if (cells == null) {
        throw new AssertionError("our own labels are short");
      }
      return cells;
    }

    /** Sets it, later than before: of two readings the later must win. */
    void set(double value) {
      single().putRelease(cell + CellLayout.GAUGE_VALUE, Double.doubleToRawLongBits(value));
      single().putRelease(cell + CellLayout.GAUGE_WRITTEN_MS, ++writtenMs);
    }
  }
}
