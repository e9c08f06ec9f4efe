package io.tallystick.server;

import io.tallystick.Tallystick;
import io.tallystick.scrape.Scraper;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick dump}: one scrape to standard output, without a server. */
@Command(name = "dump", description = "Writes one scrape of a directory to standard output.")
final class DumpCommand implements Callable<Integer> {
  @Mixin private final DirectoryOption directory = new DirectoryOption();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "text, openmetrics or json (default: text).")
  private String format = "text";

  private final Output out;

  DumpCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    DumpFormat chosen = DumpFormat.named(format);
    try (Scraper scraper = Tallystick.openScraper(directory.path())) {
      chosen.write(scraper, out);
    }
    return Exit.OK;
  }
}
