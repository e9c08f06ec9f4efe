package io.tallystick.server;

import io.tallystick.store.BackupReader;
import io.tallystick.store.RestoreMode;
import io.tallystick.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick store restore}: takes a backup of any store into a store. */
@Command(
    name = "restore",
    description = "Takes a backup of any store into an empty store, or merges it.")
final class StoreRestoreCommand implements Callable<Integer> {
  @Mixin private final StoreOption store = new StoreOption();

  @Option(names = "--from", required = true, paramLabel = "FILE", description = "The backup.")
  private String from = "";

  @Option(
      names = "--merge",
      description = "Takes it into a store that holds something, which stays.")
  private boolean merge;

  private final Output out;

  StoreRestoreCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    Path file = source();
    try (Store opened = store.existing().orElseGet(() -> made(file))) {
      opened.restore(file, merge ? RestoreMode.MERGE : RestoreMode.INTO_EMPTY);
    }
    out.line("backup restored: file=" + file + " store=" + store.name());
    return Exit.OK;
  }

  /** A new store; none is made for a backup that is damaged. */
  private Store made(Path file) {
    BackupReader unused = BackupReader.open(file);
    return store.open();
  }

  private Path source() {
    Path file = Path.of(from);
    if (!Files.isRegularFile(file)) {
      String what = Files.exists(file) ? "not a file" : "no such file";
      throw new UsageException(what + ": file=" + file + "; give --from a backup");
    }
    return file;
  }
}
