package io.tallystick.mirror;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DistributionDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot.StateSetDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import io.tallystick.shm.FamilyType;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads client_java's snapshots. */
final class ClientJavaCursor implements SnapshotCursor {
  private static final MetricMetadata NO_METADATA = new MetricMetadata("none");
  private static final DataPointSnapshot NO_POINT =
      new UnknownDataPointSnapshot(0, Labels.EMPTY, null);

  private final Iterator<MetricSnapshot> snapshots;
  private @Nullable FamilyType type;
  private MetricMetadata metadata = NO_METADATA;
  private List<? extends DataPointSnapshot> points = List.of();
  private int next;
  private DataPointSnapshot point = NO_POINT;
  private Labels labels = Labels.EMPTY;
  private ClassicHistogramBuckets classic = ClassicHistogramBuckets.EMPTY;

  ClientJavaCursor(MetricSnapshots snapshots) {
    this.snapshots = snapshots.iterator();
  }

  @Override
  public boolean nextFamily() {
    if (!snapshots.hasNext()) {
      return false;
    }
    MetricSnapshot family = snapshots.next();
    type = typeOf(family);
    metadata = family.getMetadata();
    points = family.getDataPoints();
    next = 0;
    return true;
  }

  /** Of a gauge histogram the counts go down, which no cells of ours do. */
  private static @Nullable FamilyType typeOf(MetricSnapshot family) {
    if (family instanceof CounterSnapshot) {
      return FamilyType.COUNTER;
    } else if (family instanceof GaugeSnapshot || family instanceof UnknownSnapshot) {
      return FamilyType.GAUGE;
    } else if (family instanceof HistogramSnapshot histogram) {
      return histogram.isGaugeHistogram() ? null : FamilyType.HISTOGRAM;
    } else if (family instanceof SummarySnapshot) {
      return FamilyType.SUMMARY;
    } else if (family instanceof InfoSnapshot) {
      return FamilyType.INFO;
    } else {
      return family instanceof StateSetSnapshot ? FamilyType.STATESET : null;
    }
  }

  @Override
  public @Nullable FamilyType type() {
    return type;
  }

  @Override
  public String name() {
    return metadata.getName();
  }

  @Override
  public String originalName() {
    return metadata.getOriginalName();
  }

  @Override
  public String expositionBaseName() {
    return metadata.getExpositionBaseName();
  }

  @Override
  public @Nullable String help() {
    return metadata.getHelp();
  }

  @Override
  public @Nullable String unit() {
    Unit unit = metadata.getUnit();
    return unit == null ? null : unit.toString();
  }

  @Override
  public boolean nextPoint() {
    if (next == points.size()) {
      return false;
    }
    point = points.get(next++);
    labels = point.getLabels();
    if (point instanceof HistogramDataPointSnapshot histogram) {
      classic = histogram.getClassicBuckets();
    }
    return true;
  }

  @Override
  public int labels() {
    return labels.size();
  }

  @Override
  public String labelName(int label) {
    return labels.getName(label);
  }

  @Override
  public String labelValue(int label) {
    return labels.getValue(label);
  }

  @Override
  public long createdMs() {
    return point.hasCreatedTimestamp() ? point.getCreatedTimestampMillis() : 0;
  }

  @Override
  public double value() {
    if (point instanceof CounterDataPointSnapshot counter) {
      return counter.getValue();
    } else if (point instanceof GaugeDataPointSnapshot gauge) {
      return gauge.getValue();
    }
    return ((UnknownDataPointSnapshot) point).getValue();
  }

  @Override
  public double sum() {
    return ((DistributionDataPointSnapshot) point).getSum();
  }

  @Override
  public int counts() {
    return hasClassic() ? classic.size() : 1;
  }

  @Override
  public long count(int index) {
    return hasClassic()
        ? classic.getCount(index)
        : Math.max(0, ((DistributionDataPointSnapshot) point).getCount()); // -1 where there is none
  }

  @Override
  public double upperBound(int bucket) {
    return hasClassic() ? classic.getUpperBound(bucket) : Double.POSITIVE_INFINITY;
  }

  private boolean hasClassic() {
    return type == FamilyType.HISTOGRAM && !classic.isEmpty();
  }

  @Override
  public int states() {
    return ((StateSetDataPointSnapshot) point).size();
  }

  @Override
  public String state(int index) {
    return ((StateSetDataPointSnapshot) point).getName(index);
  }

  @Override
  public boolean isTrue(int state) {
    return ((StateSetDataPointSnapshot) point).isTrue(state);
  }
}
