package io.tallystick.server;

import io.tallystick.sd.generate.CheckedGenerator;
import io.tallystick.sd.generate.GenerationException;
import io.tallystick.sd.generate.GeneratorRoot;
import io.tallystick.sd.generate.RunObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick sd check}: runs each generator once, and lists those that fail. */
@Command(
    name = "check",
    description =
        "Runs each generator once: one line for each, with what it gave or why it fails its path;"
            + " exit code 1 if any does.")
final class SdCheckCommand implements Callable<Integer> {
  private static final int PARALLEL = 8;

  @Mixin private final RootParameter root = new RootParameter();

  @Option(
      names = {"-i", "--ignore-path", "--ignore_path"},
      paramLabel = "PATH",
      description = "A file or folder that is left out, with or without ROOT in front; repeatable.")
  private List<String> ignored = new ArrayList<>();

  private final Output out;

  SdCheckCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> left = ignored.stream().map(root::relative).toList();
    ExecutorService pool = Executors.newFixedThreadPool(PARALLEL);
    try (Termination termination = new Termination(Thread.currentThread())) {
      GeneratorRoot generators =
          GeneratorRoot.of(root.path(), GeneratorRoot.DEFAULT_TIME_LIMIT, pool, RunObserver.NONE);
      termination.listen(); // so that no program outlives a check that is ended
      return print(generators.check(path -> isBelow(path, left)));
    } finally {
      pool.shutdownNow();
    }
  }

  private static boolean isBelow(String path, List<String> folders) {
    return folders.stream()
        .anyMatch(each -> each.isEmpty() || path.equals(each) || path.startsWith(each + "/"));
  }

  private int print(List<CheckedGenerator> checked) {
    checked.forEach(this::print);
    long failed = checked.stream().filter(each -> each.failure().isPresent()).count();
    long targets = checked.stream().mapToLong(CheckedGenerator::targets).sum();
    out.line("checked: generators=" + checked.size() + " failed=" + failed + " targets=" + targets);
    return failed == 0 ? Exit.OK : Exit.FAULT;
  }

  /** One line; then what a program that failed wrote to its standard error. */
  private void print(CheckedGenerator checked) {
    if (checked.failure().isEmpty()) {
      out.line(counts(checked));
      return;
    }
    GenerationException failure = checked.failure().get();
    out.line("failed: " + failure.message());
    failure.traceback().lines().forEach(line -> out.line("    " + line));
  }

  private static String counts(CheckedGenerator checked) {
    return "ok: generator="
        + checked.path()
        + " groups="
        + checked.groups()
        + " targets="
        + checked.targets()
        + " ms="
        + checked.duration().toMillis();
  }
}
