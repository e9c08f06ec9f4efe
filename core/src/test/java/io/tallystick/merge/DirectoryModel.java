package io.tallystick.merge;

import io.tallystick.metrics.MultiprocessMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a directory shows, in the plainest words: every process that ever was, with its own values,
 * merged anew each time. It knows of no file, no cell and no fold.
 */
final class DirectoryModel {
  static final double[] BOUNDS = {1, 5, 10};

  private final long retentionMs;
  private final List<Process> processes = new ArrayList<>();

  DirectoryModel(long retentionMs) {
    this.retentionMs = retentionMs;
  }

  Process start(String instance) {
    Process process = new Process(instance);
    processes.add(process);
    return process;
  }

  static String gaugeName(MultiprocessMode mode) {
    return "gauge_" + mode.name().toLowerCase(Locale.ROOT);
  }

  /** The samples at a time, by name and labels. */
  Map<String, Double> samples(long nowMs) {
    Map<String, Double> samples = new TreeMap<>();
    for (Process process : processes) {
      process.counters.forEach(
          (k, total) -> samples.merge("jobs_total" + of(k), total, Double::sum));
      process.summaries.forEach((k, summary) -> addSummary(samples, k, summary));
      process.histograms.forEach((k, histogram) -> addHistogram(samples, k, histogram));
    }
    for (MultiprocessMode mode : MultiprocessMode.values()) {
      addGauges(samples, mode, nowMs);
    }
    addInfos(samples, nowMs);
    addStates(samples);
    return samples;
  }

  private static String of(String k) {
    return "{k=\"" + k + "\"}";
  }

  private static void addSummary(Map<String, Double> samples, String k, Distribution summary) {
    samples.merge("size_count" + of(k), (double) summary.observations.size(), Double::sum);
    samples.merge("size_sum" + of(k), summary.sum(), Double::sum);
  }

  private static void addHistogram(Map<String, Double> samples, String k, Distribution histogram) {
    samples.merge("time_count" + of(k), (double) histogram.observations.size(), Double::sum);
    samples.merge("time_sum" + of(k), histogram.sum(), Double::sum);
    for (double bound : BOUNDS) {
      double below = histogram.observations.stream().filter(o -> o <= bound).count();
      samples.merge("time_bucket{k=\"" + k + "\",le=\"" + bound + "\"}", below, Double::sum);
    }
    double all = histogram.observations.size();
    samples.merge("time_bucket{k=\"" + k + "\",le=\"+Inf\"}", all, Double::sum);
  }

  private void addGauges(Map<String, Double> samples, MultiprocessMode mode, long nowMs) {
    Map<String, List<Written<Double>>> values = new HashMap<>();
    for (Process process : processes) {
      boolean forgotten = !process.alive && mode.name().startsWith("LIVE");
      process
          .gauges
          .getOrDefault(mode, Map.of())
          .forEach(
              (k, value) -> {
                boolean perProcess =
                    mode == MultiprocessMode.ALL || mode == MultiprocessMode.LIVEALL;
                boolean expired = perProcess && !process.alive && value.atMs < nowMs - retentionMs;
                if (!forgotten && !expired) {
                  String labels =
                      perProcess ? "{k=\"" + k + "\",pid=\"" + process.instance + "\"}" : of(k);
                  values.computeIfAbsent(labels, l -> new ArrayList<>()).add(value);
                }
              });
    }
    values.forEach((labels, all) -> samples.put(gaugeName(mode) + labels, merged(mode, all)));
  }

  private static double merged(MultiprocessMode mode, List<Written<Double>> values) {
    List<Double> numbers = values.stream().map(Written::value).toList();
    return switch (mode) {
      case MIN, LIVEMIN -> numbers.stream().min(Double::compare).orElseThrow();
      case MAX, LIVEMAX -> numbers.stream().max(Double::compare).orElseThrow();
      case SUM, LIVESUM -> numbers.stream().mapToDouble(value -> value).sum();
      case ALL, LIVEALL, MOSTRECENT, LIVEMOSTRECENT -> latest(values).value();
    };
  }

  private static <T> Written<T> latest(List<Written<T>> values) {
    Written<T> latest = values.get(0);
    for (Written<T> value : values) {
      if (value.atMs > latest.atMs) {
        latest = value;
      }
    }
    return latest;
  }

  private void addInfos(Map<String, Double> samples, long nowMs) {
    for (Process process : processes) {
      if (process.alive || process.diedMs >= nowMs - retentionMs) {
        process.infos.forEach(
            version -> samples.put("build_info{version=\"" + version + "\"}", 1.0));
      }
    }
  }

  private void addStates(Map<String, Double> samples) {
    Map<String, List<Written<Map<String, Boolean>>>> values = new HashMap<>();
    for (Process process : processes) {
      process.states.forEach(
          (k, states) -> values.computeIfAbsent(k, x -> new ArrayList<>()).add(states));
    }
    values.forEach(
        (k, all) ->
            latest(all)
                .value()
                .forEach(
                    (state, on) ->
                        samples.put(
                            "phase{k=\"" + k + "\",phase=\"" + state + "\"}", on ? 1.0 : 0.0)));
  }

  /** One process' own values, by the label k. */
  @SuppressWarnings("JavaLangClash") // the field\'s word
  static final class Process {
    final String instance;
    final Map<String, Double> counters = new HashMap<>();
    final Map<String, Distribution> histograms = new HashMap<>();
    final Map<String, Distribution> summaries = new HashMap<>();
    final Map<MultiprocessMode, Map<String, Written<Double>>> gauges = new HashMap<>();
    final List<String> infos = new ArrayList<>();
    final Map<String, Written<Map<String, Boolean>>> states = new HashMap<>();
    boolean alive = true;
    long diedMs;

    private Process(String instance) {
      this.instance = instance;
    }

    void die(long nowMs) {
      alive = false;
      diedMs = nowMs;
    }

    Map<String, Written<Double>> gauges(MultiprocessMode mode) {
      return gauges.computeIfAbsent(mode, m -> new HashMap<>());
    }

    void setState(String k, String state, boolean on, long nowMs) {
      Map<String, Boolean> next = new TreeMap<>(Map.of("on", false, "off", false, "idle", false));
      if (states.containsKey(k)) {
        next.putAll(states.get(k).value());
      }
      next.put(state, on);
      states.put(k, new Written<>(next, nowMs));
    }
  }

  /** All that was observed. */
  static final class Distribution {
    final List<Double> observations = new ArrayList<>();

    double sum() {
      return observations.stream().collect(Collectors.summingDouble(value -> value));
    }
  }

  /** A value and when it was written; 0 for never. */
  record Written<T>(T value, long atMs) {}
}
