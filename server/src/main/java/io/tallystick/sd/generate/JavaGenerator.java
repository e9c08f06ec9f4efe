package io.tallystick.sd.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A generator written in Java.
 *
 * <p>It runs in a thread of its own, since no thread of a pool could be had back from one that
 * ignores its interrupt. While such a run goes on, there is no other one.
 */
final class JavaGenerator implements Generator {
  private final String path;
  private final TargetGenerator generator;
  private final Set<Thread> stopped = ConcurrentHashMap.newKeySet();

  JavaGenerator(TargetGenerator generator) {
    this.path = generator.path();
    this.generator = generator;
    if (path.isEmpty() || !GeneratorTree.isPath(path)) {
      throw new IllegalArgumentException(
          "bad path of a Java generator: class="
              + generator.getClass().getName()
              + " path="
              + path
              + "; use names parted by slashes, none of them starting with _ or a full stop");
    }
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public JsonNode run(Map<String, String> arguments, Deadline deadline)
      throws GenerationException, InterruptedException {
    stopped.removeIf(thread -> !thread.isAlive());
    if (!stopped.isEmpty()) {
      throw new GenerationException(
          "TimeoutExpired",
          path,
          "an earlier run was stopped and has not ended: generator=" + path,
          "");
    }
    FutureTask<List<TargetGroup>> call =
        new FutureTask<>(() -> generator.generate(Map.copyOf(arguments)));
    Thread thread = new Thread(call, "tallystick-generator " + path);
    thread.setDaemon(true);
    thread.start();
    boolean ended = false;
    try {
      JsonNode value = withinLimit(call.get(deadline.remainingNs(), TimeUnit.NANOSECONDS));
      ended = true;
      return value;
    } catch (TimeoutException e) {
      throw deadline.passed(path, "");
    } catch (ExecutionException e) {
      ended = true;
      throw failed(e.getCause() == null ? e : e.getCause());
    } finally {
      if (!ended) {
        stopped.add(thread);
        thread.interrupt();
      }
    }
  }

  private GenerationException failed(Throwable cause) {
    StringWriter trace = new StringWriter();
    cause.printStackTrace(new PrintWriter(trace));
    String text = trace.toString();
    return new GenerationException(
        cause.getClass().getSimpleName(),
        path,
        "failed: generator=" + path + ": " + cause,
        text.substring(0, Math.min(text.length(), Limits.ERROR_BYTES)));
  }

  private JsonNode withinLimit(@Nullable List<TargetGroup> groups) throws GenerationException {
    if (groups == null) {
      return MissingNode.getInstance();
    }
    long characters = 0;
    for (TargetGroup group : groups) {
      for (String target : group.targets()) {
        characters += target.length();
      }
      for (Map.Entry<String, String> label : group.labels().entrySet()) {
        characters += label.getKey().length() + label.getValue().length();
      }
    }
    if (characters > Limits.OUTPUT_BYTES) {
      throw Limits.exceeded(path, "gave too much", "");
    }
    return JsonText.of(groups);
  }
}
