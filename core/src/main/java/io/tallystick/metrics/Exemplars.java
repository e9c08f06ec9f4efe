package io.tallystick.metrics;

import io.prometheus.metrics.config.ExemplarsProperties;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.core.exemplars.ExemplarSamplerConfig;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.tracer.common.SpanContext;
import io.prometheus.metrics.tracer.initializer.SpanContextSupplier;
import io.tallystick.shm.CoarseClock;
import io.tallystick.shm.ExemplarSlots;
import io.tallystick.shm.Log;
import io.tallystick.shm.ProcessFile;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a metric's exemplars are sampled: by client_java's settings of how often and for how long.
 *
 * <p>A series looks for a span once in each turn of the agent, so that many updates outside of
 * spans cost little.
 */
final class Exemplars {

  /** OpenMetrics allows so many characters in the label names and values of an exemplar. */
  private static final int MAX_CHARACTERS = 128;

  private final ProcessFile file;
  private final CoarseClock clock;
  private final int slots;
  private final boolean byBucket;
  private final @Nullable Supplier<Labels> moreLabels; // for those of spans
  private final long minRetentionMs;
  private final long maxRetentionMs;
  private final long sampleIntervalMs;
  private boolean saidTooLong; // racy: said twice does no harm

  /**
   * @param slots how many exemplars a series has
   * @param byBucket whether each has its bucket; else a new one takes the place of the oldest
   */
  Exemplars(ProcessFile file, int slots, boolean byBucket, @Nullable Supplier<Labels> moreLabels) {
    ExemplarsProperties properties = PrometheusProperties.get().getExemplarProperties();
    ExemplarSamplerConfig config = new ExemplarSamplerConfig(properties, slots);
    this.file = file;
    this.clock = file.clock();
    this.slots = slots;
    this.byBucket = byBucket;
    this.moreLabels = moreLabels;
    this.minRetentionMs = config.getMinRetentionPeriodMillis();
    this.maxRetentionMs = config.getMaxRetentionPeriodMillis();
    this.sampleIntervalMs = config.getSampleIntervalMillis();
  }

  /** The time as the agent last saw it. */
  long coarseMs() {
    return clock.coarseMs();
  }

  /**
   * Takes an exemplar if a sampled span is active.
   *
   * @return when to try again
   */
  long sample(SampledCells series, int bucket, double value) {
    Labels labels = spanLabels();
    if (labels.isEmpty()) {
      return clock.coarseMs() + 1;
    }
    Labels all = moreLabels == null ? labels : merged(labels, moreLabels.get());
    return put(series, bucket, value, all, false);
  }

  /**
   * Takes an exemplar with a caller's labels, and those of the active span.
   *
   * @return when to try again
   */
  long take(SampledCells series, int bucket, double value, Labels labels) {
    return put(series, bucket, value, merged(labels, spanLabels()), true);
  }

  private long put(SampledCells series, int bucket, double value, Labels labels, boolean custom) {
    long nowMs = clock.nowMs();
    byte[] text = encode(labels);
    if (text == null) {
      sayTooLong();
      return nowMs + sampleIntervalMs;
    }
    ExemplarSlots places = series.exemplarSlots(file, slots);
    if (places != null) {
      int slot = slotOf(places, bucket);
      if (mayReplace(places, slot, nowMs, custom)) {
        places.put(slot, nowMs, value, text, custom);
      }
    }
    return nowMs + sampleIntervalMs;
  }

  /** Where an exemplar goes. */
  private int slotOf(ExemplarSlots places, int bucket) {
    int oldest = byBucket ? bucket : 0;
    for (int slot = 1; !byBucket && slot < slots; slot++) {
      if (places.timeMs(slot) < places.timeMs(oldest)) {
        oldest = slot;
      }
    }
    return oldest;
  }

  /** An exemplar is kept for a while; a caller's gives way to none of a span before its end. */
  private boolean mayReplace(ExemplarSlots places, int slot, long nowMs, boolean custom) {
    long ageMs = nowMs - places.timeMs(slot);
    if (places.isCustom(slot)) {
      return ageMs > (custom ? minRetentionMs : maxRetentionMs);
    }
    return custom || ageMs > minRetentionMs;
  }

  private Labels spanLabels() {
    SpanContext context = SpanContextSupplier.getSpanContext();
    if (context == null || !context.isCurrentSpanSampled()) {
      return Labels.EMPTY;
    }
    String traceId = context.getCurrentTraceId();
    String spanId = context.getCurrentSpanId();
    if (traceId == null || spanId == null) {
      return Labels.EMPTY;
    }
    context.markCurrentSpanAsExemplar();
    return Labels.of(Exemplar.TRACE_ID, traceId, Exemplar.SPAN_ID, spanId);
  }

  /** Both label sets; of one name the first one's. */
  private static Labels merged(Labels labels, Labels more) {
    Labels.Builder builder = Labels.builder();
    labels.forEach(label -> builder.label(label.getName(), label.getValue()));
    for (Label label : more) {
      if (!labels.contains(label.getName())) {
        builder.label(label.getName(), label.getValue());
      }
    }
    return builder.build();
  }

  private static byte @Nullable [] encode(Labels labels) {
    List<String> texts = new ArrayList<>();
    int characters = 0;
    for (Label label : labels) {
      for (String text : List.of(label.getName(), label.getValue())) {
        characters += text.codePointCount(0, text.length());
        texts.add(text);
      }
    }
    return characters > MAX_CHARACTERS ? null : ExemplarSlots.encode(texts);
  }

  private void sayTooLong() {
    if (!saidTooLong) {
      saidTooLong = true;
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "exemplars with longer labels are not kept: characters="
                  + MAX_CHARACTERS
                  + " bytes="
                  + ExemplarSlots.MAX_TEXT_BYTES);
    }
  }
}
