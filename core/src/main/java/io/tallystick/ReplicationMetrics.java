package io.tallystick;

import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;
import io.tallystick.metrics.GaugeWithCallback;
import io.tallystick.metrics.MultiprocessMode;
import io.tallystick.replication.FailureCategory;
import io.tallystick.replication.ReplicationListener;
import io.tallystick.replication.Replicator;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What replication says of itself, as metrics of the process that it is in. They are of one host,
 * and not published themselves.
 */
final class ReplicationMetrics implements ReplicationListener {
  private static final String PREFIX = "tallystick_replication_";

  private final Counter publications;
  private final Counter series;
  private final Counter bytes;
  private final Counter leftOut;
  private final Counter failures;
  private final Counter skipped;
  private final Counter retired;
  private final Gauge sources;

  /** Registers all but what {@link #watch} does. */
  ReplicationMetrics(Tallystick tallystick) {
    this.publications =
        Counter.builder()
            .name(PREFIX + "publications_total")
            .help("Publications that the ledger took in, of all series or of changes.")
            .labelNames("of")
            .register(tallystick);
    this.series =
        Counter.builder()
            .name(PREFIX + "series_total")
            .help("Series in publications that the ledger took in.")
            .register(tallystick);
    this.bytes =
        Counter.builder()
            .name(PREFIX + "bytes_total")
            .help("About how many bytes these series are.")
            .register(tallystick);
    this.leftOut =
        Counter.builder()
            .name(PREFIX + "left_out_series_total")
            .help("Series left out of publications because no ledger takes them.")
            .register(tallystick);
    this.failures =
        Counter.builder()
            .name(PREFIX + "failures_total")
            .help("Cycles that failed, by category of the failure.")
            .labelNames("category")
            .register(tallystick);
    this.skipped =
        Counter.builder()
            .name(PREFIX + "skipped_cycles_total")
            .help("Cycles left out because one took longer than the interval.")
            .register(tallystick);
    this.retired =
        Counter.builder()
            .name(PREFIX + "retired_sources_total")
            .help("Sources that were retired from here, since their leases had run out.")
            .register(tallystick);
    this.sources =
        Gauge.builder()
            .name(PREFIX + "sources")
            .help(
                "Sources of the ledger, this directory among them, when it was looked after last.")
            .multiprocessMode(MultiprocessMode.LIVEMOSTRECENT)
            .register(tallystick);
    publications.initLabelValues("all");
    publications.initLabelValues("changes");
    for (FailureCategory category : FailureCategory.values()) {
      failures.initLabelValues(nameOf(category));
    }
  }

  /** Registers how far behind the ledger is; shown by the process that publishes. */
  static void watch(Replicator replicator, Tallystick tallystick) {
    gauge(
        "lag_seconds",
        "How old the ledger's values of this directory are.",
        replicator::lagMs,
        tallystick);
    gauge(
        "last_success_timestamp_seconds",
        "When the ledger's values were last those of this directory.",
        replicator::lastSuccessMs,
        tallystick);
  }

  private static void gauge(
      String name, String help, Supplier<OptionalLong> millis, Tallystick tallystick) {
    GaugeWithCallback.builder()
        .name(PREFIX + name)
        .help(help)
        .multiprocessMode(MultiprocessMode.LIVEMAX)
        .callback(
            gauge -> {
              OptionalLong present = millis.get();
              if (present.isPresent()) {
                gauge.call(present.getAsLong() / 1e3);
              }
            })
        .register(tallystick);
  }

  private static String nameOf(FailureCategory category) {
    return category.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void published(boolean all, long count, long size) {
    publications.labelValues(all ? "all" : "changes").inc();
    series.inc(count);
    bytes.inc(size);
  }

  @Override
  public void leftOut(long count) {
    leftOut.inc(count);
  }

  @Override
  public void failed(FailureCategory category) {
    failures.labelValues(nameOf(category)).inc();
  }

  @Override
  public void skipped(long cycles) {
    skipped.inc(cycles);
  }

  @Override
  public void inspected(long live, long retiredNow) {
    sources.set((double) live);
    retired.inc(retiredNow);
  }
}
