package io.tallystick.scrape;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusScrapeRequest;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tallystick.shm.MirrorThread;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A directory as one collector of client_java's registry.
 *
 * <p>A registry asks for descriptors once, when the collector is registered, and then skips the
 * collector where a name filter matches none of them. Families of a directory come and go with its
 * processes, so there are no descriptors: the registry always collects, and filters here.
 *
 * <p>To a thread that mirrors a registry it shows nothing.
 */
final class DirectoryCollector implements MultiCollector {
  private final Scraper scraper;

  DirectoryCollector(Scraper scraper) {
    this.scraper = scraper;
  }

  @Override
  public MetricSnapshots collect() {
    return collect(name -> true);
  }

  @Override
  public MetricSnapshots collect(Predicate<String> includedNames) {
    return MirrorThread.isCurrent() ? new MetricSnapshots() : scraper.snapshots(includedNames);
  }

  @Override
  public MetricSnapshots collect(
      Predicate<String> includedNames, @Nullable PrometheusScrapeRequest request) {
    return collect(includedNames);
  }

  @Override
  public List<MetricFamilyDescriptor> getMetricFamilyDescriptors() {
    return List.of();
  }
}
