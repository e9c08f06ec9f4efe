package io.tallystick.metrics;

import io.prometheus.metrics.config.MetricsProperties;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.core.metrics.MetricWithFixedMetadata;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tallystick.Tallystick;
import io.tallystick.shm.FamilyDescriptor;
import io.tallystick.shm.FamilyType;
import io.tallystick.shm.GaugeMode;
import io.tallystick.shm.LifeLayout;
import io.tallystick.shm.ProcessFile;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the builders of all metric types have in common.
 *
 * <p>Each one fills a builder of client_java and takes the metadata from the metric that this one
 * builds, so that names are changed and refused exactly as there.
 *
 * @param <B> the builder
 * @param <M> the metric
 */
public abstract class MetricBuilder<B extends MetricBuilder<B, M>, M> {
  private final MetricWithFixedMetadata.Builder<?, ?> shape;
  private List<String> labelNames = List.of();
  private Labels constLabels = Labels.EMPTY;
  private @Nullable Boolean exemplarsEnabled;
  private @Nullable Supplier<Labels> exemplarLabels;
  private @Nullable Duration seriesTimeToLive;

  MetricBuilder(MetricWithFixedMetadata.Builder<?, ?> shape) {
    this.shape = shape;
  }

  /** The metric name. Required. */
  public B name(String name) {
    shape.name(name);
    return self();
  }

  /** The help text. */
  public B help(String help) {
    shape.help(help);
    return self();
  }

  /** The unit, which is appended to the name where it is not there. */
  public B unit(@Nullable Unit unit) {
    shape.unit(unit);
    return self();
  }

  /** The names of the labels whose values are given later, in their order. */
  public B labelNames(String... labelNames) {
    shape.labelNames(labelNames);
    this.labelNames = List.of(labelNames);
    return self();
  }

  /** Labels that are the same for all series. */
  public B constLabels(Labels constLabels) {
    shape.constLabels(constLabels);
    this.constLabels = constLabels;
    return self();
  }

  /** Keeps exemplars, also where client_java's properties say otherwise for all metrics. */
  public B withExemplars() {
    exemplarsEnabled = true;
    return self();
  }

  /** Keeps no exemplars. */
  public B withoutExemplars() {
    exemplarsEnabled = false;
    return self();
  }

  /** Labels that exemplars of spans have besides those of their span. */
  public B exemplarLabelsSupplier(Supplier<Labels> exemplarLabels) {
    this.exemplarLabels = exemplarLabels;
    return self();
  }

  /**
   * How long a series is shown after any process updated it last; zero is for ever, which is the
   * default unless {@code tallystick.seriesTimeToLive} says otherwise. A metric without labels is
   * always shown.
   *
   * <p>A series that is updated again after that is shown again. A total goes on from where it was,
   * as long as somebody has held the data point all the time.
   */
  public B seriesTimeToLive(Duration seriesTimeToLive) {
    if (!LifeLayout.isTtl(seriesTimeToLive)) {
      throw new IllegalArgumentException(
          "bad time to live: seriesTimeToLive="
              + seriesTimeToLive
              + " expected="
              + LifeLayout.TTLS);
    }
    this.seriesTimeToLive = seriesTimeToLive;
    return self();
  }

  /** Registers with the {@linkplain Tallystick#defaultInstance() default instance}. */
  public M register() {
    return register(Tallystick.defaultInstance());
  }

  /**
   * Registers with an instance.
   *
   * @throws IllegalArgumentException where a name is illegal or taken
   */
  public M register(Registrar registrar) {
    MetricWithFixedMetadata built = shape.build();
    FamilyDescriptor descriptor = describe(built, registrar.file().clock().nowMs());
    requireUnique(descriptor);
    boolean exemplars =
        !Boolean.FALSE.equals(exemplarsEnabled)
            && !Boolean.FALSE.equals(
                setting(
                    descriptor.name(), exemplarsEnabled, MetricsProperties::getExemplarsEnabled));
    Tracing.look();
    return metric(
        new Registration(
            registrar,
            registrar.register(built, descriptor, seriesTimeToLive),
            built,
            exemplars,
            exemplarLabels));
  }

  /** A setting in client_java's order of precedence; null where nothing is said. */
  static <T> @Nullable T setting(
      String name, @Nullable T own, Function<MetricsProperties, @Nullable T> property) {
    PrometheusProperties properties = PrometheusProperties.get();
    MetricsProperties ofMetric = properties.getMetricProperties(name);
    T value = ofMetric == null ? null : property.apply(ofMetric);
    if (value == null) {
      value = own;
    }
    return value != null ? value : property.apply(properties.getDefaultMetricProperties());
  }

  private FamilyDescriptor describe(MetricWithFixedMetadata built, long createdMs) {
    MetricMetadata metadata = built.getMetricFamilyDescriptor().getMetadata();
    Unit unit = metadata.getUnit();
    return new FamilyDescriptor(
        type(),
        mode(),
        metadata.getName(),
        metadata.getOriginalName(),
        metadata.getExpositionBaseName(),
        metadata.getHelp(),
        unit == null ? null : unit.toString(),
        labelNames,
        namesOf(constLabels),
        valuesOf(constLabels),
        bounds(built),
        states(built),
        parameters(built),
        createdMs);
  }

  private static List<String> namesOf(Labels labels) {
    String[] names = new String[labels.size()];
    for (int i = 0; i < labels.size(); i++) {
      names[i] = labels.getName(i);
    }
    return List.of(names);
  }

  private static List<String> valuesOf(Labels labels) {
    String[] values = new String[labels.size()];
    for (int i = 0; i < labels.size(); i++) {
      values[i] = labels.getValue(i);
    }
    return List.of(values);
  }

  /** Refuses what client_java would refuse at every scrape. */
  private static void requireUnique(FamilyDescriptor family) {
    String[] names = new String[family.labelNames().size() + family.constLabelNames().size()];
    int at = 0;
    for (String name : family.labelNames()) {
      names[at++] = name;
    }
    for (String name : family.constLabelNames()) {
      names[at++] = name;
    }
    String[] values = new String[names.length];
    Arrays.fill(values, "");
    Labels labels = Labels.of(names, values);
    boolean perProcess = family.type() == FamilyType.GAUGE && family.mode().isPerProcess();
    String reserved =
        perProcess ? "pid" : family.type() == FamilyType.STATESET ? family.name() : null;
    if (reserved != null && labels.contains(reserved)) {
      throw new IllegalArgumentException(
          "label is reserved, rename it"
              + (perProcess ? " or set another multiprocessMode" : "")
              + ": metric="
              + family.name()
              + " label="
              + reserved);
    }
  }

  /** Values for all labels, to see a sample series of a metric that was just built. */
  final String[] sampleValues() {
    String[] values = new String[labelNames.size()];
    Arrays.fill(values, "");
    return values;
  }

  abstract B self();

  abstract FamilyType type();

  abstract M metric(Registration registration);

  GaugeMode mode() {
    return GaugeMode.ALL;
  }

  double[] bounds(MetricWithFixedMetadata built) {
    return new double[0];
  }

  List<String> states(MetricWithFixedMetadata built) {
    return List.of();
  }

  double[] parameters(MetricWithFixedMetadata built) {
    return new double[0];
  }

  /**
   * A family that was registered, and with what.
   *
   * @param built client_java's metric of the same shape
   * @param hasExemplars whether exemplars are kept
   * @param exemplarLabels labels that exemplars of spans have besides
   */
  record Registration(
      Registrar registrar,
      ProcessFile.Family family,
      MetricWithFixedMetadata built,
      boolean hasExemplars,
      @Nullable Supplier<Labels> exemplarLabels) {
    /** How exemplars of a metric with so many for a series are sampled; null where they are not. */
    @Nullable Exemplars exemplars(int slots, boolean byBucket) {
      return hasExemplars ? new Exemplars(registrar.file(), slots, byBucket, exemplarLabels) : null;
    }

    /** Has the values taken that client_java's metric collects from its callback. */
    void addCallback() {
      registrar.mirrors().addCallback(built, family);
    }
  }
}
