package io.tallystick.mirror;

import io.tallystick.merge.FamilyCheck;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.shm.ProcessFile;
import io.tallystick.shm.SeriesLimits;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a registry has under one name and type: a family for each set of label names, and of bounds
 * or states.
 *
 * <p>A family that cannot be taken in, because its name is another's or its descriptor is none that
 * a reader would believe, is refused: its series are left out, and it is tried again now and then.
 *
 * <p>Threading: one thread at a time.
 */
final class MirroredMetric {
  private static final int RETRY_ROUNDS = 16;

  private final ProcessFile file;
  private final FamilyRegistry registry;
  private final SeriesLimits limits;
  private final FamilyType type;
  private final GaugeMode mode;
  private final List<Schema> schemas = new ArrayList<>(1);
  private long round;

  MirroredMetric(
      ProcessFile file,
      FamilyRegistry registry,
      SeriesLimits limits,
      FamilyType type,
      GaugeMode mode) {
    this.file = file;
    this.registry = registry;
    this.limits = limits;
    this.type = type;
    this.mode = mode;
  }

  FamilyType type() {
    return type;
  }

  GaugeMode mode() {
    return mode;
  }

  boolean hasSeries() {
    return size() > 0;
  }

  /** The round in which it was seen last. */
  long round() {
    return round;
  }

  void begin(long nextRound) {
    round = nextRound;
    schemas.forEach(Schema::begin);
  }

  /** Puts a data point. Returns why its values cannot be in the directory, or null. */
  @Nullable String put(SnapshotCursor point, long nowMs) {
    Schema schema = schemaOf(point, nowMs);
    MirroredFamily family = schema.family;
    return family == null ? schema.refusal : family.put(point, size(), nowMs);
  }

  private int size() {
    int size = 0;
    for (int i = 0; i < schemas.size(); i++) {
      MirroredFamily family = schemas.get(i).family;
      size += family == null ? 0 : family.size();
    }
    return size;
  }

  private Schema schemaOf(SnapshotCursor point, long nowMs) {
    for (int i = 0; i < schemas.size(); i++) {
      if (schemas.get(i).fits(point)) {
        return schemas.get(i);
      }
    }
    Schema schema = new Schema(describe(point, nowMs));
    schemas.add(schema);
    return schema;
  }

  private FamilyDescriptor describe(SnapshotCursor point, long nowMs) {
    List<String> labelNames = new ArrayList<>();
    for (int label = 0; label < point.labels(); label++) {
      labelNames.add(point.labelName(label));
    }
    double[] bounds = new double[type == FamilyType.HISTOGRAM ? point.counts() : 0];
    for (int bucket = 0; bucket < bounds.length; bucket++) {
      bounds[bucket] = point.upperBound(bucket);
    }
    List<String> states = new ArrayList<>();
    for (int state = 0; type == FamilyType.STATESET && state < point.states(); state++) {
      states.add(point.state(state));
    }
    return new FamilyDescriptor(
        type,
        mode,
        point.name(),
        point.originalName(),
        point.expositionBaseName(),
        point.help(),
        point.unit(),
        labelNames,
        List.of(),
        List.of(),
        bounds,
        states,
        new double[0],
        nowMs);
  }

  /** Removes what was not put since the beginning; false where nothing is left. */
  boolean end() {
    schemas.removeIf(schema -> !schema.end());
    return !schemas.isEmpty();
  }

  /** Removes all series and gives up the name. */
  void clear() {
    begin(round);
    end();
  }

  /** The data points of one shape. */
  private final class Schema {
    private final FamilyDescriptor descriptor;
    private @Nullable Registration registration;
    private @Nullable MirroredFamily family;
    private @Nullable String refusal;
    private int retryIn;
    private boolean isUsed = true;

    Schema(FamilyDescriptor descriptor) {
      this.descriptor = descriptor;
      register();
    }

    private void register() {
      refusal = FamilyCheck.objection(descriptor);
      if (refusal == null) {
        try {
          Registration taken = registry.register(descriptor);
          registration = taken;
          family = new MirroredFamily(file, taken.family(), limits);
        } catch (IllegalArgumentException e) {
          refusal = String.valueOf(e.getMessage());
        }
      }
      retryIn = RETRY_ROUNDS;
    }

    void begin() {
      isUsed = false;
      if (family != null) {
        family.begin();
      } else if (--retryIn == 0) {
        register();
      }
    }

    boolean fits(SnapshotCursor point) {
      List<String> labelNames = descriptor.labelNames();
      if (point.labels() != labelNames.size()) {
        return false;
      }
      for (int label = 0; label < labelNames.size(); label++) {
        if (!labelNames.get(label).equals(point.labelName(label))) {
          return false;
        }
      }
      boolean fits =
          switch (type) {
            case HISTOGRAM -> hasBounds(point);
            case STATESET -> hasStates(point);
            default -> true;
          };
      isUsed |= fits;
      return fits;
    }

    private boolean hasBounds(SnapshotCursor point) {
      double[] bounds = descriptor.bounds();
      if (point.counts() != bounds.length) {
        return false;
      }
      for (int bucket = 0; bucket < bounds.length; bucket++) {
        if (point.upperBound(bucket) != bounds[bucket]) {
          return false;
        }
      }
      return true;
    }

    private boolean hasStates(SnapshotCursor point) {
      List<String> states = descriptor.states();
      if (point.states() != states.size()) {
        return false;
      }
      for (int state = 0; state < states.size(); state++) {
        if (!states.get(state).equals(point.state(state))) {
          return false;
        }
      }
      return true;
    }

    /** False where it has no series any more. */
    boolean end() {
      if (family == null) {
        return isUsed;
      }
      family.end();
      if (family.size() > 0) {
        return true;
      }
      if (registration != null) {
        registration.unregister().run();
      }
      return false;
    }
  }
}
