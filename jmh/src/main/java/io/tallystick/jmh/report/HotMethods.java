package io.tallystick.jmh.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Prints the methods that ran most, and those that allocated most, on the threads of a benchmark.
 *
 * <p>Arguments: flight recordings. A method counts where it is the innermost of a sample.
 */
public final class HotMethods {
  private static final int TOP = 15;
  private static final String RUN = "jdk.ExecutionSample";
  private static final String ALLOCATED = "jdk.ObjectAllocationSample";
  private static final String BENCHMARK_THREAD = "jmh-worker";

  private HotMethods() {}

  /** Prints them. */
  public static void main(String[] args) throws IOException {
    for (String recording : args) {
      List<RecordedEvent> events = RecordingFile.readAllEvents(Path.of(recording));
      print("samples that ran in", events, RUN, event -> 1);
      print("bytes allocated in", events, ALLOCATED, event -> event.getLong("weight"));
    }
  }

  private static void print(
      String title, List<RecordedEvent> events, String type, ToLongFunction<RecordedEvent> weight) {
    Map<String, Long> byMethod = new HashMap<>();
    for (RecordedEvent event : events) {
      RecordedStackTrace stack = event.getStackTrace();
      if (event.getEventType().getName().equals(type)
          && isOfBenchmark(event)
          && stack != null
          && !stack.getFrames().isEmpty()) {
        byMethod.merge(method(stack.getFrames().get(0)), weight.applyAsLong(event), Long::sum);
      }
    }
    long all = byMethod.values().stream().mapToLong(Long::longValue).sum();
    System.out.printf(Locale.ROOT, "%n%,d %s:%n", all, title);
    byMethod.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(TOP)
        .forEach(
            entry ->
                System.out.printf(
                    Locale.ROOT, "%6.1f %%  %s%n", 100.0 * entry.getValue() / all, entry.getKey()));
  }

  /** Whether it happened on a thread that JMH measures; one is named in one of two fields. */
  private static boolean isOfBenchmark(RecordedEvent event) {
    String field = event.hasField("sampledThread") ? "sampledThread" : "eventThread";
    RecordedThread thread = event.getThread(field);
    return thread != null
        && thread.getJavaName() != null
        && thread.getJavaName().contains(BENCHMARK_THREAD);
  }

  private static String method(RecordedFrame frame) {
    return frame.getMethod().getType().getName()
        + "."
        + frame.getMethod().getName()
        + ", line "
        + frame.getLineNumber();
  }
}
