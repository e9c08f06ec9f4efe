package io.tallystick.scrape;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Predicate;

/**
 * What a {@link ScrapeServer} serves: families whose values are gathered anew by each scrape.
 *
 * <p>As text it says what it is, in the form {@code directory=/dev/shm/shop}, for log lines.
 * Threading: any.
 */
public interface ScrapeTarget {
  /**
   * Scrapes and writes the families of whose names, without or with type suffix, one is included.
   *
   * @throws ScrapeUnavailableException where the values cannot be known at present
   */
  void write(Exposition exposition, OutputStream out, Predicate<String> includedNames)
      throws IOException;

  /**
   * Scrapes the families of whose names, without or with type suffix, one is included.
   *
   * @throws ScrapeUnavailableException where the values cannot be known at present
   */
  MetricSnapshots snapshots(Predicate<String> includedNames);

  /** Whether it was closed, so that there is nothing to scrape any more. */
  boolean isClosed();
}
