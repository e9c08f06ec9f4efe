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
    try (Termination termination = new Termination(Thread.currentThread());
        Store opened = store.openExisting()) {
      termination.listen(); // so that what is half written is deleted
      opened.backup(file);
    }
    out.line("backup written: file=" + file + " bytes=" + Files.size(file));
    return Exit.OK;
  }

  /** A link is followed, so that it is not the link that is replaced. */
  private Path target() throws IOException {
    Path file = Path.of(to);
    boolean isThere = Files.exists(file);
    if (to.isBlank() || (isThere && !Files.isRegularFile(file))) {
      throw new UsageException("not a file: file=" + file + "; give --to the file to write");
    }
    return isThere && Files.isSymbolicLink(file) ? file.toRealPath() : file;
  }
}
