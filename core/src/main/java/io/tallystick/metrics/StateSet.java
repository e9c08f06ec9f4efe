package io.tallystick.metrics;

import io.prometheus.metrics.core.datapoints.StateSetDataPoint;
import io.prometheus.metrics.core.metrics.MetricWithFixedMetadata;
import io.tallystick.shm.CellLayout;
import io.tallystick.shm.Cells;
import io.tallystick.shm.CoarseClock;
import io.tallystick.shm.Column;
import io.tallystick.shm.FamilyType;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * A state set: named states, each true or false. Of several processes the one that set a state last
 * is shown, with all its states.
 *
 * <p>Threading: any.
 */
public final class StateSet extends StatefulMetric<StateSetDataPoint, StateSet.DataPoint>
    implements StateSetDataPoint {
  private final List<String> states;

  private StateSet(MetricBuilder.Registration registration) {
    super(registration);
    this.states = registration.family().descriptor().states();
    initNoLabels();
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void setTrue(String state) {
    noLabels().setTrue(state);
  }

  @Override
  public void setFalse(String state) {
    noLabels().setFalse(state);
  }

  @Override
  DataPoint newDataPoint(Cells cells, String[] labelValues) {
    return new DataPoint(cells, labelValues, states);
  }

  @Override
  StateSetDataPoint asDataPoint(DataPoint point) {
    return point;
  }

  /** Makes a {@link StateSet}. */
  public static final class Builder extends MetricBuilder<Builder, StateSet> {
    private final io.prometheus.metrics.core.metrics.StateSet.Builder shape;

    private Builder() {
      this(io.prometheus.metrics.core.metrics.StateSet.builder());
    }

    private Builder(io.prometheus.metrics.core.metrics.StateSet.Builder shape) {
      super(shape);
      this.shape = shape;
    }

    /** The states: the constants of an enum. */
    public Builder states(Class<? extends Enum<?>> enumClass) {
      shape.states(enumClass);
      return this;
    }

    /** The states. */
    public Builder states(String... stateNames) {
      shape.states(stateNames);
      return this;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    FamilyType type() {
      return FamilyType.STATESET;
    }

    @Override
    List<String> states(MetricWithFixedMetadata built) {
      var stateSet = (io.prometheus.metrics.core.metrics.StateSet) built;
      stateSet.initLabelValues(sampleValues());
      return StreamSupport.stream(stateSet.collect().getDataPoints().get(0).spliterator(), false)
          .map(state -> state.getName())
          .toList();
    }

    @Override
    StateSet metric(Registration registration) {
      return new StateSet(registration);
    }
  }

  /** One series' states and when one of them was set. */
  static final class DataPoint extends LabelledCells implements StateSetDataPoint {
    private final Column column;
    private final CoarseClock clock;
    private final List<String> states;

    DataPoint(Cells cells, String[] labelValues, List<String> states) {
      super(cells, labelValues);
      this.column = single();
      this.clock = cells.clock();
      this.states = states;
    }

    @Override
    public void setTrue(String state) {
      set(state, 1);
    }

    @Override
    public void setFalse(String state) {
      set(state, 0);
    }

    private void set(String state, long word) {
      int index = states.indexOf(state);
      if (index < 0) {
        throw new IllegalArgumentException(state + ": unknown state");
      }
      column.putRelease(cell + CellLayout.STATESET_STATES + index, word);
      column.putRelease(cell + CellLayout.STATESET_WRITTEN_MS, clock.nowMs());
      keepReachable();
    }
  }
}
