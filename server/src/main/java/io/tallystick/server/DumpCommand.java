package io.tallystick.server;

import io.tallystick.Tallystick;
import io.tallystick.python.PythonFileWriter;
import io.tallystick.python.PythonLayout;
import io.tallystick.scrape.Scraper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick dump}: one scrape to standard output or to files, without a server. */
@Command(
    name = "dump",
    description = "Writes one scrape of a directory to standard output, or as files.")
final class DumpCommand implements Callable<Integer> {
  @Mixin private final DirectoryOption directory = new DirectoryOption();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "text, openmetrics or json (default: text); python-db or python-db-0.16 for files of"
              + " client_python's multiprocess mode, new or up to that version.")
  private String format = DumpFormat.TEXT.toString();

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "Where the files of a format of files go: a directory without such files.")
  private @Nullable String to;

  private final Output out;

  DumpCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    DumpFormat chosen = DumpFormat.named(format);
    Path source = directory.path();
    PythonLayout layout = chosen.layout();
    if (layout != null) {
      writeFiles(source, layout, chosen);
      return Exit.OK;
    }
    if (to != null) {
      throw new UsageException(
          "format is no format of files: format=" + chosen + "; use --to with python-db");
    }
    try (Scraper scraper = Tallystick.openScraper(source)) {
      chosen.write(scraper, out);
    }
    return Exit.OK;
  }

  private void writeFiles(Path source, PythonLayout layout, DumpFormat chosen) throws IOException {
    String target = to;
    if (target == null || target.isBlank()) {
      throw new UsageException(
          "directory name is missing: format=" + chosen + "; give --to the directory to write");
    }
    PythonFileWriter writer = PythonTarget.open(Path.of(target), source, layout);
    try (Scraper scraper = Tallystick.openScraper(source)) {
      scraper.write(writer);
    }
    out.line("files written: count=" + writer.commit() + " directory=" + target);
  }
}
