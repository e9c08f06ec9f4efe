package io.tallystick.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.records.RecordJson;
import io.tallystick.records.RecordStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tallystick records save}: records from their JSON. */
@Command(
    name = "save",
    description = "Saves records from JSON: one, one on each line, or a list; all or none is read.")
final class RecordsSaveCommand implements Callable<Integer> {
  @Mixin private final RecordsOption where = new RecordsOption();

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      required = true,
      description = "metric, alert or agent.")
  private String kind = "";

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      defaultValue = "-",
      description = "The JSON; standard input where it is - or not given.")
  private String file = "";

  private final Output out;

  RecordsSaveCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    if (!List.of("metric", "alert", "agent").contains(kind)) {
      throw new UsageException("unknown kind: kind=" + kind + "; use one of metric, alert, agent");
    }
    List<String> parts = parts();
    try (RecordsOption.Opened opened = where.open(true)) {
      save(opened.records(), parts);
      out.line("records saved: kind=" + kind + " records=" + parts.size());
    }
    return Exit.OK;
  }

  private List<String> parts() throws IOException {
    boolean isInput = file.equals("-");
    if (!isInput && !Files.isRegularFile(Path.of(file))) {
      throw new UsageException("no such file: file=" + file);
    }
    byte[] content = isInput ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
    return QueryOptions.legal(() -> RecordJson.parts(new String(content, UTF_8)));
  }

  private void save(RecordStore records, List<String> parts) {
    switch (kind) {
      case "metric" -> records.metrics().saveAll(decoded(parts, RecordJson::metric));
      case "alert" -> records.alerts().saveAll(decoded(parts, RecordJson::alert));
      default -> records.agents().saveAll(decoded(parts, RecordJson::agent));
    }
  }

  /** All records of the parts, before any of them is saved. */
  private static <R> List<R> decoded(List<String> parts, Function<String, R> decode) {
    return QueryOptions.legal(() -> parts.stream().map(decode).toList());
  }
}
