package io.tallystick.server;

import io.tallystick.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick store backup}: all that a store holds as a file that any store restores. */
@Command(name = "backup", description = "Writes all that a store holds to a file.")
final class StoreBackupCommand implements Callable<Integer> {
  @Mixin private final StoreOption store = new StoreOption();

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FILE",
      description = "The file to write; one that is there is replaced once the backup is whole.")
  private String to = "";

  private final Output out;

  StoreBackupCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    Path file = target();
    try (Store opened = store.open()) {
      opened.backup(file);
    }
    out.line("backup written: file=" + file + " bytes=" + Files.size(file));
    return Exit.OK;
  }

  private Path target() {
    Path file = Path.of(to);
    if (to.isBlank() || Files.isDirectory(file)) {
      throw new UsageException("not a file: file=" + file + "; give --to the file to write");
    }
    return file;
  }
}
