package io.tallystick.server;

import io.tallystick.records.Aggregation;
import io.tallystick.records.HistoryPoint;
import io.tallystick.records.HistoryQuery;
import io.tallystick.records.RecordJson;
import io.tallystick.server.records.RecordsJson;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tallystick records history}: what metrics of a name were in a time. */
@Command(name = "history", description = "Shows what the metrics of a name were in a time.")
final class RecordsHistoryCommand implements Callable<Integer> {
  private static final Duration USUAL_SPAN = Duration.ofHours(1);

  @Mixin private final RecordsOption where = new RecordsOption();

  @Parameters(paramLabel = "NAME", description = "The metrics' name.")
  private String name = "";

  @Option(
      names = "--start",
      paramLabel = "TIME",
      description = "Since when (default: an hour before the end).")
  private @Nullable String start;

  @Option(names = "--end", paramLabel = "TIME", description = "Until when (default: now).")
  private @Nullable String end;

  @Option(
      names = "--step-seconds",
      paramLabel = "N",
      description = "How long a window is; without it, each sample is shown.")
  private @Nullable Double step;

  @Option(
      names = "--aggregation",
      paramLabel = "NAME",
      defaultValue = "avg",
      description = "avg, sum, min, max or count (default: ${DEFAULT-VALUE}).")
  private String aggregation = "";

  @Option(names = "--json", description = "Writes one JSON array.")
  private boolean json;

  private final Output out;

  RecordsHistoryCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    HistoryQuery query = query();
    List<HistoryPoint> points;
    try (RecordsOption.Opened opened = where.open(false)) {
      points = opened.records().metrics().history(query);
    }
    if (json) {
      Json.write(out, generator -> RecordsJson.write(points, generator));
    } else {
      TextTable table = new TextTable("TIME", "VALUE", "SAMPLES");
      points.forEach(p -> table.row(RecordJson.text(p.time()), p.value(), p.count()));
      table.print(out);
    }
    return Exit.OK;
  }

  private HistoryQuery query() {
    Instant to = QueryOptions.time(end, Instant.now());
    Instant from = QueryOptions.time(start, to.minus(USUAL_SPAN));
    return QueryOptions.legal(
        () ->
            new HistoryQuery(
                name,
                from,
                to,
                step == null ? null : Duration.ofNanos(Math.round(step * 1e9)),
                Aggregation.of(aggregation)));
  }
}
