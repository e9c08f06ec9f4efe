package io.tallystick.sd.cache;

import io.tallystick.sd.generate.GenerationException;
import io.tallystick.sd.generate.TargetGroup;
import io.tallystick.sd.generate.Targets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Generators of a test, in memory. */
public final class ScriptedTargets implements Targets {
  private final Map<String, Script> scripts = new ConcurrentHashMap<>();
  private final AtomicInteger runs = new AtomicInteger();

  /** What a path gives. */
  public interface Script {
    List<TargetGroup> run(Map<String, String> arguments)
        throws GenerationException, InterruptedException;
  }

  public static List<TargetGroup> groups(String... targets) {
    return List.of(new TargetGroup(List.of(targets), Map.of("job", "db")));
  }

  public static GenerationException failure(String message) {
    return new GenerationException("TimeoutExpired", "svc", message, "trace of it");
  }

  /** Gives one group with these targets. */
  public ScriptedTargets give(String path, String... targets) {
    return run(path, arguments -> groups(targets));
  }

  public ScriptedTargets fail(String path, String message) {
    return run(
        path,
        arguments -> {
          throw failure(message);
        });
  }

  public ScriptedTargets run(String path, Script script) {
    scripts.put(path, script);
    return this;
  }

  public void remove(String path) {
    scripts.remove(path);
  }

  /** How many generations began. */
  public int runs() {
    return runs.get();
  }

  @Override
  public boolean exists(String path) {
    return scripts.containsKey(path);
  }

  @Override
  public List<String> paths() {
    return scripts.keySet().stream().sorted().toList();
  }

  @Override
  public List<TargetGroup> generate(String path, Map<String, String> arguments)
      throws GenerationException, InterruptedException {
    runs.incrementAndGet();
    Script script = scripts.get(path);
    if (script == null) {
      throw new GenerationException(GenerationException.NO_SUCH_PATH, path, "no generator", "");
    }
    return script.run(arguments);
  }

  @Override
  public String raw(String path, Map<String, String> arguments) {
    return "[]";
  }
}
