package io.tallystick.replication;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.tallystick.Tallystick;
import io.tallystick.metrics.Counter;
import io.tallystick.scrape.Scraper;
import io.tallystick.shm.Directory;
import io.tallystick.store.FamilyValues;
import io.tallystick.store.Ledger;
import io.tallystick.store.SeriesValues;
import io.tallystick.testing.TempDirectory;
import io.tallystick.testing.TurnedClock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A directory with one process, and its publisher, whose cycles a test makes. */
final class PublishingHost implements AutoCloseable {
  static final Duration LEASE = Duration.ofMinutes(5);

  private final TurnedClock clock;
  private final String name;
  private TempDirectory directory;
  private Tallystick tallystick;
  private CounterDataPoint counter;
  private Scraper scraper;
  private Publisher publisher;

  PublishingHost(String name, TurnedClock clock) throws IOException {
    this.clock = clock;
    this.name = name;
    boot();
  }

  private void boot() throws IOException {
    directory = TempDirectory.create();
    openProcess();
    openPublisher();
  }

  private void openProcess() {
    tallystick = Tallystick.builder().directory(directory.path()).clock(clock).open();
    counter = requests(tallystick);
  }

  private static CounterDataPoint requests(Tallystick tallystick) {
    return Counter.builder()
        .name("requests_total")
        .labelNames("path")
        .register(tallystick)
        .labelValues("/");
  }

  private void openPublisher() throws IOException {
    scraper =
        Scraper.of(
            Directory.open(directory.path()), null, Scraper.DEFAULT_DEAD_GAUGE_RETENTION, clock);
    publisher = Publisher.open(settings(ReplicationListener.NONE), scraper);
  }

  Publisher.Settings settings(ReplicationListener listener) throws IOException {
    Directory opened = Directory.open(directory.path());
    return new Publisher.Settings(opened, name, false, LEASE, clock, listener);
  }

  Tallystick tallystick() {
    return tallystick;
  }

  TempDirectory directory() {
    return directory;
  }

  Scraper scraper() {
    return scraper;
  }

  DirectorySource source() {
    return publisher.source();
  }

  void count(long amount) {
    counter.inc(amount);
  }

  /** Has the process end, and another one start. */
  void restartProcess() {
    tallystick.close();
    openProcess();
  }

  /** Has another process publish from now on, with what the directory says and no more. */
  void restartPublisher() throws IOException {
    scraper.close();
    openPublisher();
  }

  /** Loses the directory, as one in memory is lost; what comes after begins at zero. */
  void reboot() throws IOException {
    close();
    boot();
  }

  void cycle(Ledger ledger) throws IOException {
    publisher.cycle(ledger);
    publisher.inspect(ledger);
  }

  void end(Ledger ledger) throws IOException {
    publisher.end(ledger);
  }

  /** The total of all sources of a ledger. */
  static double total(Ledger ledger) {
    return total(ledger.read());
  }

  static double total(List<FamilyValues> families) {
    return families.stream()
        .filter(family -> family.name().equals("requests"))
        .flatMap(family -> family.series().stream())
        .mapToDouble(SeriesValues::total)
        .sum();
  }

  @Override
  public void close() throws IOException {
    scraper.close();
    tallystick.close();
    directory.close();
  }
}
