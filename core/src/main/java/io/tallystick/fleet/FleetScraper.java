package io.tallystick.fleet;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tallystick.merge.MergedFamily;
import io.tallystick.replication.DirectorySource;
import io.tallystick.scrape.Exposition;
import io.tallystick.scrape.ScrapeTarget;
import io.tallystick.scrape.ScrapeUnavailableException;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.SnapshotWriter;
import io.tallystick.scrape.TextWriter;
import io.tallystick.store.Ledger;
import io.tallystick.store.LedgerMerge;
import io.tallystick.store.LedgerParts;
import io.tallystick.store.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One view of all sources of a ledger, read anew by each scrape; with a directory, its processes as
 * they are now, and all else from the ledger.
 *
 * <p>Where the ledger cannot be read, or does not answer in time, a scrape without a directory is
 * unavailable. With one, what was read last is shown beside the directory, and {@code
 * tallystick_store_up} is 0: so no total goes down, and this host is seen. Nothing was read at
 * first: the directory alone would be less than what was shown before, so it is unavailable, too.
 *
 * <p>Threading: any. Scrapes that are made at one time share a reading.
 */
public final class FleetScraper implements ScrapeTarget, AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.tallystick");

  private final String name;
  private final @Nullable PublishedDirectory directory;
  private final LedgerReader<LedgerContent> reader;
  private volatile @Nullable LedgerContent last; // for a directory; written by the reading thread
  private boolean failing; // guarded by this
  private volatile boolean closed;

  private FleetScraper(Builder settings) {
    Ledger ledger = settings.ledger;
    this.name = settings.name;
    Scraper scraper = settings.directory;
    PublishedDirectory shown =
        scraper == null ? null : new PublishedDirectory(scraper, settings.clock);
    this.directory = shown;
    Supplier<List<LedgerParts.Part>> beside = settings.beside;
    this.reader =
        new LedgerReader<>(
            () ->
                shown == null
                    ? LedgerContent.read(ledger).with(beside.get())
                    : note(shown.read(ledger).with(beside.get())),
            settings.patience);
  }

  /** Readings follow one another, so that what was read last is the newest, however late it was. */
  private LedgerContent note(LedgerContent content) {
    last = content;
    return content;
  }

  /** For a scraper of a ledger, which stays open when the scraper is closed. */
  public static Builder builder(Ledger ledger) {
    return new Builder(ledger);
  }

  @Override
  public void write(Exposition exposition, OutputStream out, Predicate<String> includedNames)
      throws IOException {
    new TextWriter().write(exposition, gather(), includedNames, out);
  }

  @Override
  public MetricSnapshots snapshots(Predicate<String> includedNames) {
    return SnapshotWriter.snapshots(gather(), includedNames);
  }

  private List<MergedFamily> gather() {
    LedgerContent content;
    boolean isUp = true;
    try {
      content = reader.read();
      sayWell();
    } catch (StoreException e) {
      sayFailing(e);
      content = last;
      isUp = false;
      if (content == null) {
        throw new ScrapeUnavailableException(
            "store cannot be read: " + this + " reason=" + e.getMessage(), e);
      }
    }
    long nowMs = content.nowMs();
    LedgerMerge merge = content.parts().merge(nowMs);
    merge.addSource("scraper", true, nowMs, FleetMetrics.of(content, isUp));
    content.beside().forEach(merge::add);
    DirectorySource source = content.directory();
    if (directory != null && source != null) {
      merge.addSource(source.name(), true, nowMs, directory.values(source));
      merge.addSource("scraper", true, nowMs, directory.ownValues());
    }
    return merge.toWrite(nowMs - Scraper.EXEMPLAR_RETENTION.toMillis());
  }

  private synchronized void sayFailing(StoreException failure) {
    if (!failing) {
      failing = true;
      LOG.log(System.Logger.Level.WARNING, "store cannot be read: " + this, failure);
    }
  }

  private synchronized void sayWell() {
    if (failing) {
      failing = false;
      LOG.log(System.Logger.Level.INFO, "store can be read again: " + this);
    }
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  /** Ends a reading that runs. */
  @Override
  public void close() {
    closed = true;
    reader.close();
  }

  @Override
  public String toString() {
    return "store=" + name;
  }

  /** Makes a {@link FleetScraper}. */
  public static final class Builder {
    /** How long a scrape waits for the ledger by default. */
    public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(5);

    private final Ledger ledger;
    private @Nullable Scraper directory;
    private Supplier<List<LedgerParts.Part>> beside = List::of;
    private InstantSource clock = InstantSource.system();
    private String name = "ledger";
    private Duration patience = DEFAULT_PATIENCE;

    private Builder(Ledger ledger) {
      this.ledger = ledger;
    }

    /**
     * A directory of this host, to be shown as it is now in place of what the ledger has of it. It
     * stays open when the scraper is closed, and is scraped as long as that is not.
     */
    public Builder directory(Scraper directory) {
      this.directory = directory;
      return this;
    }

    /**
     * What else there is, read together with the ledger for each reading, by one thread; it throws
     * what a store does.
     */
    public Builder beside(Supplier<List<LedgerParts.Part>> others) {
      this.beside = others;
      return this;
    }

    /** The clock of this host. */
    public Builder clock(InstantSource clock) {
      this.clock = clock;
      return this;
    }

    /** What to call the store in log lines and in answers; without secrets. */
    public Builder name(String store) {
      this.name = store;
      return this;
    }

    /** How long a scrape waits for the ledger; below the scrape timeout of who scrapes. */
    public Builder patience(Duration patience) {
      this.patience = patience;
      return this;
    }

    /** Opens the scraper, which starts a daemon thread with its first scrape. */
    public FleetScraper open() {
      return new FleetScraper(this);
    }
  }
}
