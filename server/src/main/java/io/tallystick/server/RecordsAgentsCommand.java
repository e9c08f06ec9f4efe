package io.tallystick.server;

import io.tallystick.records.RecordJson;
import io.tallystick.server.records.RecordsJson;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick records agents}: states of agents. */
@Command(name = "agents", description = "Shows states of agents, the latest heartbeat first.")
final class RecordsAgentsCommand implements Callable<Integer> {
  @Mixin private final RecordsOption where = new RecordsOption();
  @Mixin private final QueryOptions query = new QueryOptions();

  @Option(names = "--json", description = "Writes one JSON object.")
  private boolean json;

  private final Output out;
  private final PrintStream err;

  RecordsAgentsCommand(Output out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() throws IOException {
    try (RecordsOption.Opened opened = where.open(false)) {
      RecordsListing.print(
          out,
          err,
          opened.records().agents(),
          query.query(),
          json,
          RecordsJson::write,
          new TextTable("AGENT", "STATUS", "HEARTBEAT", "METRICS"),
          (table, agent) ->
              table.row(
                  agent.agentId(),
                  agent.status(),
                  RecordJson.text(agent.lastHeartbeat()),
                  agent.metrics()));
    }
    return Exit.OK;
  }
}
