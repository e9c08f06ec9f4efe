package io.tallystick.server;

import io.tallystick.records.AlertStatus;
import io.tallystick.records.RecordQuery;
import io.tallystick.records.RecordStore;
import io.tallystick.store.StoreStats;
import io.tallystick.store.redis.RedisStore;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick records stats}: how many records there are, and what keeps them. */
@Command(name = "stats", description = "Shows how many records there are, and what keeps them.")
final class RecordsStatsCommand implements Callable<Integer> {
  @Mixin private final RecordsOption where = new RecordsOption();

  @Option(names = "--json", description = "Writes one JSON object.")
  private boolean json;

  private final Output out;

  RecordsStatsCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    String name;
    StoreStats stats;
    Map<String, Long> numbers;
    try (RecordsOption.Opened opened = where.open(false)) {
      name = opened.name();
      stats = opened.records().store().stats();
      numbers = numbers(opened.records(), stats);
    }
    if (json) {
      Json.write(
          out,
          generator -> {
            generator.writeStartObject();
            generator.writeStringField("store", name);
            generator.writeStringField("backend", stats.backend());
            generator.writeStringField("version", stats.version());
            for (Map.Entry<String, Long> number : numbers.entrySet()) {
              generator.writeNumberField(number.getKey(), number.getValue());
            }
            generator.writeEndObject();
          });
    } else {
      TextTable table = new TextTable("WHAT", "VALUE");
      table.row("store", name);
      table.row("backend", stats.backend());
      table.row("version", stats.version());
      numbers.forEach(table::row);
      table.print(out);
    }
    return Exit.OK;
  }

  private static Map<String, Long> numbers(RecordStore records, StoreStats stats) {
    Map<String, Long> numbers = new LinkedHashMap<>();
    numbers.put("uptime_seconds", stats.uptime().toSeconds());
    numbers.put("used_memory", stats.bytes());
    if (records.store() instanceof RedisStore redis) {
      numbers.putAll(redis.serverNumbers());
    }
    RecordQuery all = RecordQuery.all();
    numbers.put("metrics", records.metrics().count(all));
    numbers.put("alerts", records.alerts().count(all));
    for (AlertStatus status : AlertStatus.values()) {
      numbers.put("alerts_" + status.text(), records.alerts().count(all.where("status", status)));
    }
    numbers.put("agents", records.agents().count(all));
    return numbers;
  }
}
