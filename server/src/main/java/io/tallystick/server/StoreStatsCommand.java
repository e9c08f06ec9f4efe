package io.tallystick.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tallystick.store.Capability;
import io.tallystick.store.Store;
import io.tallystick.store.StoreStats;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick store stats}: what a store says of itself. */
@Command(name = "stats", description = "Shows what a store is and how much it holds.")
final class StoreStatsCommand implements Callable<Integer> {
  @Mixin private final StoreOption store = new StoreOption();

  @Option(names = "--json", description = "Writes one JSON object.")
  private boolean json;

  private final Output out;

  StoreStatsCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    try (Store opened = store.openExisting()) {
      StoreStats stats = opened.stats();
      Set<Capability> capabilities = new TreeSet<>(opened.capabilities());
      if (json) {
        Json.write(out, generator -> write(stats, capabilities, generator));
      } else {
        print(stats, capabilities);
      }
    }
    return Exit.OK;
  }

  private void print(StoreStats stats, Set<Capability> capabilities) {
    row("store", store.name());
    row("backend", stats.backend());
    row("version", stats.version());
    row("uptime", stats.uptime().toSeconds() + " s");
    row("keys", stats.keys());
    row("jobs", stats.jobs());
    row("sources", stats.sources());
    row("series", stats.series());
    row("bytes", stats.bytes());
    row("can", capabilities.stream().map(Enum::name).collect(Collectors.joining(" ")));
  }

  private void row(String name, Object value) {
    out.line(name + " ".repeat(9 - name.length()) + value);
  }

  private void write(StoreStats stats, Set<Capability> capabilities, JsonGenerator json)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("store", store.name());
    json.writeStringField("backend", stats.backend());
    json.writeStringField("version", stats.version());
    json.writeNumberField("uptimeSeconds", stats.uptime().toMillis() / 1e3);
    json.writeNumberField("keys", stats.keys());
    json.writeNumberField("jobs", stats.jobs());
    json.writeNumberField("sources", stats.sources());
    json.writeNumberField("series", stats.series());
    json.writeNumberField("bytes", stats.bytes());
    json.writeArrayFieldStart("capabilities");
    for (Capability capability : capabilities) {
      json.writeString(capability.name());
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
