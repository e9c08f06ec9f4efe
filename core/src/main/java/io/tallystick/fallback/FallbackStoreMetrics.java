package io.tallystick.fallback;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.tallystick.metrics.Counter;
import io.tallystick.metrics.Gauge;

/**
 * The series of one {@link FallbackStore}. Threading: any, but for changes of mode, one at a time.
 */
final class FallbackStoreMetrics {
  private final ModeMetrics modes;
  private final GaugeDataPoint journalLength;
  private final GaugeDataPoint journalAge;
  private final CounterDataPoint retries;
  private final CounterDataPoint replayed;
  private final CounterDataPoint refused;

  FallbackStoreMetrics(
      String name,
      ModeMetrics modes,
      Gauge journalLength,
      Gauge journalAge,
      Counter retries,
      Counter replayed,
      Counter refused) {
    this.modes = modes;
    this.journalLength = journalLength.labelValues(name);
    this.journalAge = journalAge.labelValues(name);
    this.retries = retries.labelValues(name);
    this.replayed = replayed.labelValues(name);
    this.refused = refused.labelValues(name);
  }

  ModeMetrics modes() {
    return modes;
  }

  void journal(long length, double ageSeconds) {
    journalLength.set((double) length);
    journalAge.set(ageSeconds);
  }

  void retried() {
    retries.inc();
  }

  void replayed(long entries) {
    replayed.inc(entries);
  }

  void refused() {
    refused.inc();
  }
}
