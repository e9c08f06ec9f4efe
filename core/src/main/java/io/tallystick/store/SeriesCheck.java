package io.tallystick.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.tallystick.merge.FamilyCheck;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.NativeShape;
import io.tallystick.shm.QuantileShape;
import io.tallystick.shm.SeriesRecord;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Refuses series that a merge of their family could not take in. */
final class SeriesCheck {
  /** A merge has room for as much, and for the name of a source beside it. */
  private static final int MAX_LABEL_BYTES = SeriesRecord.MAX_VALUES_LENGTH / 2;

  private static final int MAX_INSTANCE_BYTES = MAX_LABEL_BYTES / 2;

  private static final int MOST_BYTES_A_CHAR = 3;

  private final FamilyDescriptor family; // without labels
  private final boolean perProcess;
  private final int counts;
  private final @Nullable NativeShape natives;
  private final @Nullable QuantileShape quantiles;
  private final Set<Labels> known = new HashSet<>();
  private final Set<List<String>> legalNames = new HashSet<>();
  private Labels previous = Labels.EMPTY;
  private boolean hasPrevious;

  SeriesCheck(FamilyDescriptor family) {
    this.family = family;
    this.perProcess = FamilyValues.isPerProcess(family.type(), family.mode());
    this.natives = NativeShape.of(family);
    this.quantiles = QuantileShape.of(family);
    this.counts =
        switch (family.type()) {
          case COUNTER, SUMMARY -> 1;
          case HISTOGRAM -> family.bounds().length;
          case STATESET -> family.states().size();
          case GAUGE, INFO -> 0;
        };
  }

  /**
   * Checks all series of the family.
   *
   * @throws IllegalArgumentException says what is wrong with one
   */
  void check(List<SeriesValues> series) {
    for (SeriesValues each : series) {
      require(each.counts().size() == counts, "wrong number of counts", each);
      checkLabels(each);
      checkNatives(each);
      checkQuantiles(each);
    }
  }

  private void checkLabels(SeriesValues series) {
    Labels labels = series.labels();
    require(known.add(labels), "series is repeated", series);
    require(hasRoomFor(labels), "label values are too long", series);
    for (int i = 0; i < labels.size(); i++) {
      require(Limits.isUnicode(labels.getValue(i)), "label has half a surrogate pair", series);
    }
    if (hasPrevious && FamilyCells.haveSameNames(labels, previous)) {
      return;
    }
    previous = labels;
    hasPrevious = true;
    require(!perProcess || labels.contains(FamilyCells.PID), "no label pid", series);
    List<String> names = FamilyCells.labelNames(labels, perProcess);
    if (legalNames.add(names)) {
      String objection = FamilyCheck.objection(withLabels(names));
      require(objection == null, String.valueOf(objection), series);
    }
  }

  private boolean hasRoomFor(Labels labels) {
    long chars = 0;
    for (int i = 0; i < labels.size(); i++) {
      chars += labels.getValue(i).length() + 1;
    }
    if (chars * MOST_BYTES_A_CHAR <= MAX_INSTANCE_BYTES) {
      return true;
    }
    long bytes = 0;
    long instanceBytes = 0;
    for (Label label : labels) {
      int length = label.getValue().getBytes(UTF_8).length + 1;
      if (perProcess && label.getName().equals(LedgerMerge.INSTANCE)) {
        instanceBytes = length;
      } else {
        bytes += length;
      }
    }
    return bytes <= MAX_LABEL_BYTES && instanceBytes <= MAX_INSTANCE_BYTES;
  }

  private FamilyDescriptor withLabels(List<String> names) {
    return new FamilyDescriptor(
        family.type(),
        family.mode(),
        family.name(),
        family.originalName(),
        family.expositionBaseName(),
        family.help(),
        family.unit(),
        names,
        List.of(),
        List.of(),
        family.bounds(),
        family.states(),
        family.parameters(),
        family.createdMs());
  }

  private void checkNatives(SeriesValues series) {
    NativeValues values = series.nativeValues();
    require((values == null) == (natives == null), "native buckets or none", series);
    if (values != null && natives != null) {
      int size = values.positive().size() + values.negative().size();
      require(size <= natives.capacity(), "too many native buckets", series);
    }
  }

  private void checkQuantiles(SeriesValues series) {
    QuantileValues values = series.quantileValues();
    require((values == null) == (quantiles == null), "quantiles or none", series);
    if (values != null && quantiles != null) {
      require(values.slices().size() <= quantiles.slices(), "too many slices of time", series);
      for (List<QuantileValues.Entry> slice : values.slices().values()) {
        require(slice.size() <= quantiles.foldedCapacity(), "sketch is too large", series);
      }
    }
  }

  private void require(boolean condition, String what, SeriesValues series) {
    if (!condition) {
      throw new IllegalArgumentException(
          what + ": family=" + family.name() + " labels=" + series.labels());
    }
  }
}
