package io.tallystick.server;

import io.tallystick.store.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick records backup}: all that a backend's store holds, as a file. */
@Command(
    name = "backup",
    description = "Writes all that the store of a backend holds to a file, and how far it is.")
final class RecordsBackupCommand implements Callable<Integer> {
  @Mixin private final RecordsOption where = new RecordsOption();

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FILE",
      description = "The file to write; one that is there is replaced once the backup is whole.")
  private String to = "";

  private final Output out;
  private final PrintStream progress;

  RecordsBackupCommand(Output out, PrintStream progress) {
    this.out = out;
    this.progress = progress;
  }

  @Override
  public Integer call() throws IOException {
    Path file = Path.of(to);
    if (to.isBlank() || (Files.exists(file) && !Files.isRegularFile(file))) {
      throw new UsageException("not a file: file=" + file + "; give --to the file to write");
    }
    Path target = Files.isSymbolicLink(file) ? file.toRealPath() : file;
    try (Termination termination = new Termination(Thread.currentThread());
        RecordsOption.Opened opened = where.open(false)) {
      termination.listen(); // so that what is half written is deleted
      Store store = opened.records().store();
      long expected = store.stats().bytes();
      boolean onTerminal = Progress.isOnTerminal();
      try (Progress bar =
          new Progress(progress, onTerminal, "backup", "bytes", () -> written(target), expected)) {
        bar.start();
        store.backup(target);
      }
    }
    out.line("backup written: file=" + target + " bytes=" + Files.size(target));
    return Exit.OK;
  }

  /** How much of the file is there, under the name that it has until it is whole. */
  private static long written(Path target) {
    Path absolute = target.toAbsolutePath();
    Path folder = absolute.getParent();
    String name = absolute.getFileName() + ".";
    long newest = 0;
    if (folder != null) {
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(
              folder,
              each ->
                  each.getFileName().toString().startsWith(name)
                      && each.getFileName().toString().endsWith(".tmp"))) {
        for (Path each : files) {
          newest = Math.max(newest, Files.size(each));
        }
      } catch (IOException e) {
        return newest; // it has its name by now
      }
    }
    return newest;
  }
}
