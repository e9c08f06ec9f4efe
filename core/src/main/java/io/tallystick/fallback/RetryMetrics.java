package io.tallystick.fallback;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;

/** The series of one {@link Retry}. */
record RetryMetrics(
    CounterDataPoint successes, CounterDataPoint failures, CounterDataPoint exhausted) {}
