package io.tallystick.sd.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The generators below one folder, and those in Java.
 *
 * <p>Threading: any thread. Generators run on the pool, which bounds how many run at a time; the
 * caller waits for them.
 */
public final class GeneratorRoot implements Targets {
  /** For how long a generator may run, unless another limit is given. */
  public static final Duration DEFAULT_TIME_LIMIT = Duration.ofSeconds(60);

  private static final System.Logger LOG = System.getLogger("io.tallystick");

  private final GeneratorTree tree;
  private final Duration timeLimit;
  private final Executor pool;
  private final RunObserver observer;
  private final LongSupplier nanoTime;

  GeneratorRoot(
      GeneratorTree tree,
      Duration timeLimit,
      LongSupplier nanoTime,
      Executor pool,
      RunObserver observer) {
    this.tree = tree;
    this.timeLimit = timeLimit;
    this.nanoTime = nanoTime;
    this.pool = pool;
    this.observer = observer;
  }

  /**
   * The generators below a folder, and those that {@link ServiceLoader} finds.
   *
   * @param timeLimit of one generator's run, from when it starts
   * @param pool for generators only: one that waits for its own threads hangs
   * @throws IllegalArgumentException if a Java generator has a bad path, or cannot be loaded
   */
  public static GeneratorRoot of(
      Path root, Duration timeLimit, Executor pool, RunObserver observer) {
    FileGenerators files = new FileGenerators("python3", InstantSource.system());
    GeneratorTree tree = new GeneratorTree(root, files, inJava());
    return new GeneratorRoot(tree, timeLimit, System::nanoTime, pool, observer);
  }

  private static List<Generator> inJava() {
    List<Generator> found = new ArrayList<>();
    try {
      ServiceLoader.load(TargetGenerator.class)
          .forEach(generator -> found.add(new JavaGenerator(generator)));
    } catch (ServiceConfigurationError e) {
      throw new IllegalArgumentException("cannot load a Java generator", e);
    }
    return found;
  }

  @Override
  public boolean exists(String path) {
    return tree.hasGenerator(path);
  }

  @Override
  public List<String> paths() throws IOException {
    return List.copyOf(tree.paths());
  }

  @Override
  public List<TargetGroup> generate(String path, Map<String, String> arguments)
      throws GenerationException, InterruptedException {
    List<Generator> generators = below(path);
    if (generators.stream().noneMatch(Generator::isGenerator)) {
      throw noSuchPath(path, "no generator");
    }
    List<Callable<List<TargetGroup>>> runs = new ArrayList<>();
    for (Generator each : generators) {
      runs.add(() -> observed(each, () -> groups(each, arguments)));
    }
    List<TargetGroup> joined = new ArrayList<>();
    runAll(path, runs).forEach(joined::addAll);
    return joined;
  }

  @Override
  public String raw(String path, Map<String, String> arguments)
      throws GenerationException, InterruptedException {
    List<Generator> named = below(path).stream().filter(each -> each.path().equals(path)).toList();
    if (named.size() != 1 || !named.get(0).isGenerator()) {
      throw noSuchPath(path, "not one generator");
    }
    Generator generator = named.get(0);
    Callable<JsonNode> run = () -> observed(generator, () -> value(generator, arguments));
    JsonNode value = runAll(path, List.of(run)).get(0);
    return new String(JsonText.bytes(value), StandardCharsets.UTF_8);
  }

  /**
   * Runs each generator, and tells what it found of each, sorted by path.
   *
   * @param isIgnored paths that are not run
   * @throws IOException if the root cannot be read
   */
  public List<CheckedGenerator> check(Predicate<String> isIgnored)
      throws IOException, InterruptedException {
    List<Callable<CheckedGenerator>> checks = new ArrayList<>();
    for (Generator each : tree.below("")) {
      if (!isIgnored.test(each.path())) {
        checks.add(() -> checked(each));
      }
    }
    try {
      return Parallel.run(checks, pool);
    } catch (ExecutionException e) {
      throw new IllegalStateException("check failed", e.getCause());
    }
  }

  private CheckedGenerator checked(Generator generator) throws InterruptedException {
    long startNs = nanoTime.getAsLong();
    List<TargetGroup> groups = List.of();
    Optional<GenerationException> failure = Optional.empty();
    try {
      groups = groups(generator, Map.of());
    } catch (GenerationException e) {
      failure = Optional.of(e);
    }
    int targets = groups.stream().mapToInt(group -> group.targets().size()).sum();
    return new CheckedGenerator(generator.path(), groups.size(), targets, since(startNs), failure);
  }

  @Override
  public void endOrphans() {
    int killed = OrphanedRuns.kill();
    if (killed > 0) {
      LOG.log(Level.INFO, "killed what a process left that was killed: processes={0}", killed);
    }
  }

  private List<Generator> below(String path) throws GenerationException {
    try {
      return tree.below(path);
    } catch (IOException e) {
      throw StaticFile.unreadable(path, e);
    }
  }

  private List<TargetGroup> groups(Generator generator, Map<String, String> arguments)
      throws GenerationException, InterruptedException {
    return ContentRules.groups(generator.path(), value(generator, arguments));
  }

  private JsonNode value(Generator generator, Map<String, String> arguments)
      throws GenerationException, InterruptedException {
    JsonNode value = run(generator, arguments);
    if (value.isNull() || value.isMissingNode()) {
      throw new GenerationException(
          "NoResult",
          generator.path(),
          "gave nothing: generator=" + generator.path() + "; give [] for no targets",
          "");
    }
    return value;
  }

  private JsonNode run(Generator generator, Map<String, String> arguments)
      throws GenerationException, InterruptedException {
    try {
      return generator.run(arguments, Deadline.after(timeLimit, nanoTime));
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      throw new GenerationException(
          e.getClass().getSimpleName(),
          generator.path(),
          "cannot be run: generator=" + generator.path() + " cause=" + e,
          "");
    }
  }

  /** What may fail, as one generator's run does. */
  private interface Work<T> {
    T result() throws GenerationException, InterruptedException;
  }

  private <T> T observed(Generator generator, Work<T> work)
      throws GenerationException, InterruptedException {
    long startNs = nanoTime.getAsLong();
    try {
      T result = work.result();
      observer.ended(generator.path(), since(startNs), true);
      return result;
    } catch (GenerationException e) {
      observer.ended(generator.path(), since(startNs), false);
      throw e;
    }
  }

  private Duration since(long startNs) {
    return Duration.ofNanos(nanoTime.getAsLong() - startNs);
  }

  private <T> List<T> runAll(String path, List<Callable<T>> runs)
      throws GenerationException, InterruptedException {
    try {
      return Parallel.run(runs, pool);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GenerationException failure) {
        throw failure;
      }
      if (e.getCause() instanceof RejectedExecutionException
          || e.getCause() instanceof InterruptedException) { // of a thread of the pool
        throw new GenerationException(
            "Closed", path, "generators are no longer run: path=" + path, "");
      }
      throw new IllegalStateException("generator failed: path=" + path, e.getCause());
    }
  }

  private static GenerationException noSuchPath(String path, String what) {
    return new GenerationException(
        GenerationException.NO_SUCH_PATH, path, what + " at this path: path=" + path, "");
  }
}
