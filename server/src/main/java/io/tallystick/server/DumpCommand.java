package io.tallystick.server;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.config.PrometheusProperties;
import io.tallystick.Tallystick;
import io.tallystick.python.PythonFileWriter;
import io.tallystick.python.PythonLayout;
import io.tallystick.scrape.NameFilter;
import io.tallystick.scrape.Scraper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
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

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "A metric to write, with its type's suffix or without; may be given again (default: all).")
  private List<String> names = List.of();

  @Mixin private final EscapingOption escaping = new EscapingOption();

  private final Output out;

  DumpCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    DumpFormat chosen = DumpFormat.named(format);
    EscapingScheme scheme = escaping.scheme();
    if (escaping.isGiven() && !chosen.isText()) {
      throw new UsageException(
          "format has names as they are: format=" + chosen + "; use --escaping with text");
    }
    PrometheusProperties properties = ExporterSettings.load();
    Predicate<String> filter =
        NameFilter.of(names).and(NameFilter.of(properties.getExporterFilterProperties()));
    Path source = directory.path();
    PythonLayout layout = chosen.layout();
    if (layout != null) {
      writeFiles(source, layout, chosen, filter);
      return Exit.OK;
    }
    if (to != null) {
      throw new UsageException(
          "format is no format of files: format=" + chosen + "; use --to with python-db");
    }
    try (Scraper scraper = Tallystick.openScraper(source)) {
      chosen.write(scraper, scheme, properties.getExporterProperties(), filter, out);
    }
    return Exit.OK;
  }

  private void writeFiles(
      Path source, PythonLayout layout, DumpFormat chosen, Predicate<String> filter)
      throws IOException {
    String target = to;
    if (target == null || target.isBlank()) {
      throw new UsageException(
          "directory name is missing: format=" + chosen + "; give --to the directory to write");
    }
    PythonFileWriter writer = PythonTarget.open(Path.of(target), source, layout);
    try (Scraper scraper = Tallystick.openScraper(source)) {
      scraper.write(writer, filter);
    }
    out.line("files written: count=" + writer.commit() + " directory=" + target);
  }
}
