package io.tallystick.server;

import io.tallystick.records.MetricRecord;
import io.tallystick.records.RecordJson;
import io.tallystick.records.Sample;
import io.tallystick.server.records.RecordsJson;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick records query}: metrics. */
@Command(name = "query", description = "Shows metrics, the latest updated first.")
final class RecordsQueryCommand implements Callable<Integer> {
  @Mixin private final RecordsOption where = new RecordsOption();
  @Mixin private final QueryOptions query = new QueryOptions();

  @Option(names = "--json", description = "Writes one JSON object.")
  private boolean json;

  private final Output out;
  private final PrintStream err;

  RecordsQueryCommand(Output out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws IOException {
    try (RecordsOption.Opened opened = where.open(false)) {
      RecordsListing.print(
          out,
          err,
          opened.records().metrics(),
          query.query(),
          json,
          RecordsJson::write,
          new TextTable("ID", "NAME", "TYPE", "UPDATED", "VALUE"),
          RecordsQueryCommand::row);
    }
    return Exit.OK;
  }

  private static void row(TextTable table, MetricRecord metric) {
    List<Sample> values = metric.values();
    Object latest = values.isEmpty() ? "-" : values.get(values.size() - 1).value();
    table.row(
        metric.id(), metric.name(), metric.type(), RecordJson.text(metric.updatedAt()), latest);
  }
}
