package io.tallystick.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tallystick.store.Store;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick store ls}: names of what a store holds. */
@Command(name = "ls", description = "Lists the keys of a store, its queues, or its sources.")
final class StoreListCommand implements Callable<Integer> {
  private static final IntegerRange LIMITS = new IntegerRange("limit", 1, 1_000_000);

  @Mixin private final StoreOption store = new StoreOption();

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "keys, queues or sources (default: keys).")
  private String kind = StoreKind.KEYS.toString();

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      description = "What the names begin with, taken literally (default: nothing).")
  private String prefix = "";

  @Option(
      names = "--limit",
      paramLabel = "NUMBER",
      description = "How many are listed at most (default: 1000).")
  private String limit = "1000";

  @Option(names = "--json", description = "Writes one JSON object.")
  private boolean json;

  private final Output out;
  private final PrintStream err;

  StoreListCommand(Output out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws IOException {
    StoreKind chosen = StoreKind.named(kind);
    int most = LIMITS.parse(limit);
    try (Store opened = store.openExisting()) {
      List<StoreKind.Entry> found = chosen.list(opened, prefix, most + 1);
      boolean more = found.size() > most;
      List<StoreKind.Entry> listed = more ? found.subList(0, most) : found;
      if (json) {
        Json.write(out, generator -> write(chosen, listed, more, generator));
      } else {
        print(listed, more);
      }
    }
    return Exit.OK;
  }

  private void print(List<StoreKind.Entry> listed, boolean more) {
    for (StoreKind.Entry entry : listed) {
      out.line(entry.toLine());
    }
    if (more) {
      err.println("tallystick: there are more: limit=" + limit + "; raise --limit");
    }
  }

  private static void write(
      StoreKind kind, List<StoreKind.Entry> listed, boolean more, JsonGenerator json)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("kind", kind.toString());
    json.writeArrayFieldStart("entries");
    for (StoreKind.Entry entry : listed) {
      entry.write(json);
    }
    json.writeEndArray();
    json.writeBooleanField("more", more);
    json.writeEndObject();
  }
}
