package io.tallystick.records;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * The reading of a metric's samples page by page, from the newest to the oldest. Those of one time
 * are parted only where they are more than a page has room for: by their places, which stay as they
 * are when others come, since these stand behind them.
 */
final class SamplePages {
  private final StoredMetric stored;
  private final MetricRecord metric;
  private final int most;

  /**
   * @param metric the stored one
   * @param most how many samples a page has; from 0 to below the greatest int
   */
  SamplePages(StoredMetric stored, MetricRecord metric, int most) {
    if (most < 0 || most == Integer.MAX_VALUE) { // one more is read, to know whether there are
      throw new IllegalArgumentException("samples of a page out of range: most=" + most);
    }
    this.stored = stored;
    this.metric = metric;
    this.most = most;
  }

  /** The page of a time range, both ends included, of whose last time it has a part. */
  SamplePage page(Instant from, Instant to, long position) {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException("range ends before it begins: from=" + from + " to=" + to);
    }
    List<Sample> last = new ArrayList<>();
    Instant end = to;
    if (position < Long.MAX_VALUE) {
      SamplesOfTime ofEnd = new SamplesOfTime(to, position, most + 1);
      stored.show(ofEnd);
      last = ofEnd.kept();
      if (last.size() > most) {
        return part(last.subList(1, last.size()), ofEnd.first() + 1);
      }
      end = to.minus(1, ChronoUnit.MICROS); // times are of microseconds
    }
    if (end.isBefore(from)) {
      return new SamplePage(metric.withValues(last), false, 0);
    }
    NewestSamples newest = new NewestSamples(from, end, most + 1 - last.size());
    MetricRecord unused = stored.with(newest);
    List<Sample> all = newest.byTime();
    all.addAll(last);
    return all.size() <= most ? new SamplePage(metric.withValues(all), false, 0) : wholeTimes(all);
  }

  /** Without those of the first one's time, of which there may be others; a part where no other. */
  private SamplePage wholeTimes(List<Sample> all) {
    Instant first = all.get(0).timestamp();
    List<Sample> whole = all.stream().filter(sample -> sample.timestamp().isAfter(first)).toList();
    if (!whole.isEmpty()) {
      return new SamplePage(metric.withValues(whole), true, 0);
    }
    SamplesOfTime ofFirst = new SamplesOfTime(first, Long.MAX_VALUE, most);
    stored.show(ofFirst);
    return part(ofFirst.kept(), ofFirst.first());
  }

  private SamplePage part(List<Sample> samples, long position) {
    return new SamplePage(metric.withValues(samples), true, samples.isEmpty() ? 0 : position);
  }
}
