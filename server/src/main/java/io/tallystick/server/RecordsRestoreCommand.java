package io.tallystick.server;

import io.tallystick.store.BackupReader;
import io.tallystick.store.RestoreMode;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick records restore}: takes a backup into a backend's store. */
@Command(
    name = "restore",
    description = "Takes a backup into the store of a backend, an empty one, or merges it.")
final class RecordsRestoreCommand implements Callable<Integer> {
  @Mixin private final RecordsOption where = new RecordsOption();

  @Option(names = "--from", required = true, paramLabel = "FILE", description = "The backup.")
  private String from = "";

  @Option(
      names = "--merge",
      description = "Takes it into a store that holds something, which stays.")
  private boolean merge;

  private final Output out;
  private final PrintStream progress;

  RecordsRestoreCommand(Output out, PrintStream progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() {
    Path file = Path.of(from);
    if (!Files.isRegularFile(file)) {
      throw new UsageException("no such file: file=" + file + "; give --from a backup");
    }
    BackupReader unused = BackupReader.open(file); // no store is made for one that is damaged
    try (RecordsOption.Opened opened = where.open(true)) {
      long startNs = System.nanoTime();
      boolean onTerminal = Progress.isOnTerminal();
      try (Progress bar =
          new Progress(progress, onTerminal, "restore", "seconds", () -> seconds(startNs), 0)) {
        bar.start();
        opened.records().store().restore(file, merge ? RestoreMode.MERGE : RestoreMode.INTO_EMPTY);
      }
      out.line("backup restored: file=" + file + " store=" + opened.name());
    }
    return Exit.OK;
  }

  private static long seconds(long startNs) {
    return (System.nanoTime() - startNs) / 1_000_000_000;
  }
}
