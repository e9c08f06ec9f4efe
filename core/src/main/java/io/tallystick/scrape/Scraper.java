package io.tallystick.scrape;

import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.core.exemplars.ExemplarSamplerConfig;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tallystick.merge.FamilySize;
import io.tallystick.merge.MergedFamily;
import io.tallystick.merge.Retirement;
import io.tallystick.python.PythonFileWriter;
import io.tallystick.shm.Directory;
import io.tallystick.shm.ProcessFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One view of all processes of a directory, gathered anew by each scrape.
 *
 * <p>Threading: any; scrapes wait for each other. What was decoded is kept between scrapes, so one
 * scraper should serve for all.
 */
public final class Scraper implements ScrapeTarget, AutoCloseable {
  /** How long dead processes' own gauges are kept where nothing else was set. */
  public static final Duration DEFAULT_DEAD_GAUGE_RETENTION = Duration.ofHours(1);

  /** How long an exemplar is shown after it was taken, as client_java's properties say. */
  public static final Duration EXEMPLAR_RETENTION =
      Duration.ofMillis(
          new ExemplarSamplerConfig(PrometheusProperties.get().getExemplarProperties(), 1)
              .getMaxRetentionPeriodMillis());

  private final ReentrantLock lock = new ReentrantLock();
  private final Directory directory;
  private final Supplier<Gatherer> newGatherer;
  private final MultiCollector collector = new DirectoryCollector(this);
  private @Nullable Gatherer gatherer; // made by the first scrape: many processes have none
  private @Nullable TextWriter text; // likewise
  private volatile boolean closed; // set under the lock

  private Scraper(Directory directory, Supplier<Gatherer> newGatherer) {
    this.directory = directory;
    this.newGatherer = newGatherer;
  }

  /**
   * Opens a directory that is there, to scrape it from outside its processes and without settings.
   *
   * @throws IOException where there is none, or where it must not be trusted
   */
  public static Scraper open(Path directory) throws IOException {
    return of(Directory.open(directory), null, DEFAULT_DEAD_GAUGE_RETENTION, Clock.systemUTC());
  }

  /**
   * A scraper of a directory.
   *
   * @param own the process that it is within, whose series it shows even where the directory
   *     cannot; null where it is within none
   */
  public static Scraper of(
      Directory directory, @Nullable ProcessFile own, Duration deadGaugeRetention, Clock clock) {
    Retirement retirement = new Retirement(directory, deadGaugeRetention, clock);
    return new Scraper(
        directory, () -> new Gatherer(directory, own, retirement, deadGaugeRetention, clock));
  }

  public Path directory() {
    return directory.path();
  }

  /** Scrapes and writes all families. The names of labels and families are escaped to ASCII. */
  public void write(TextFormat format, OutputStream out) throws IOException {
    write(Exposition.of(format), out, NameFilter.ALL);
  }

  /**
   * Scrapes and writes the families of whose names, without or with type suffix, one is included;
   * only their values are read. Whoever passes a stream to a slow peer should pass a buffer: others
   * wait meanwhile.
   */
  @Override
  public void write(Exposition exposition, OutputStream out, Predicate<String> includedNames)
      throws IOException {
    lock.lock();
    try {
      TextWriter writer = text == null ? new TextWriter() : text;
      text = writer;
      writer.write(exposition, gather(includedNames), includedNames, out);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Scrapes and gives the series of the families of whose names one is included to a writer of
   * client_python's files, which it leaves to commit.
   */
  public void write(PythonFileWriter writer, Predicate<String> includedNames) {
    lock.lock();
    try {
      PythonDump.write(gather(includedNames), includedNames, writer);
    } finally {
      lock.unlock();
    }
  }

  /** Scrapes into client_java's model. */
  public MetricSnapshots snapshots() {
    return snapshots(NameFilter.ALL);
  }

  /** Scrapes the families of whose names, without or with type suffix, one is included. */
  @Override
  public MetricSnapshots snapshots(Predicate<String> includedNames) {
    lock.lock();
    try {
      return SnapshotWriter.snapshots(gather(includedNames), includedNames);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Scrapes and shows a reader all families but Tallystick's own, those included that lose a
   * conflict. They are as they are until the reader returns; others wait meanwhile.
   *
   * @throws IllegalStateException where it is closed: that is not a directory without families
   */
  public <T> T read(Function<Iterable<MergedFamily>, T> reader) {
    lock.lock();
    try {
      List<MergedFamily> unused = gather(NameFilter.ALL);
      if (closed) {
        throw new IllegalStateException("scraper is closed: directory=" + directory());
      }
      return reader.apply(gatherer().foreignFamilies());
    } finally {
      lock.unlock();
    }
  }

  /** Scrapes and shows a reader Tallystick's own families, as {@link #read} shows all others. */
  public <T> T readOwn(Function<List<MergedFamily>, T> reader) {
    lock.lock();
    try {
      List<MergedFamily> families = gather(name -> name.startsWith(FamilySize.OWN_PREFIX));
      return reader.apply(families.stream().filter(FamilySize::isOwn).toList());
    } finally {
      lock.unlock();
    }
  }

  /** The directory as a client_java collector, to be registered with any registry. */
  public MultiCollector collector() {
    return collector;
  }

  private Gatherer gatherer() {
    Gatherer present = gatherer == null ? newGatherer.get() : gatherer;
    gatherer = present;
    return present;
  }

  private List<MergedFamily> gather(Predicate<String> includedNames) {
    if (closed) {
      return List.of();
    }
    boolean interrupted = Thread.interrupted(); // it would close the files that are kept open
    try {
      List<MergedFamily> families = gatherer().gather(includedNames);
      if (Thread.interrupted()) { // it has closed some: now they are opened again
        interrupted = true;
        families = gatherer().gather(includedNames);
      }
      return families;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public String toString() {
    return "directory=" + directory.path();
  }

  /** Closes the files. A closed scraper shows nothing. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        if (gatherer != null) {
          gatherer.close();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }
}
