package io.tallystick.server;

import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code tallystick records}: metrics, alerts and states of agents that a store keeps. */
@Command(name = "records", description = "Shows and keeps records: metrics, alerts, agents.")
final class RecordsCommand {
  private RecordsCommand() {}

  /**
   * The command with the commands that it has.
   *
   * @param err standard error, where one says how far it is, too
   */
  static CommandLine commandLine(Output out, PrintStream err) {
    return new CommandLine(new RecordsCommand())
        .addSubcommand(new RecordsQueryCommand(out, err))
        .addSubcommand(new RecordsHistoryCommand(out))
        .addSubcommand(new RecordsSaveCommand(out))
        .addSubcommand(new RecordsAlertsCommand(out, err))
        .addSubcommand(new RecordsAgentsCommand(out, err))
        .addSubcommand(new RecordsStatsCommand(out))
        .addSubcommand(new RecordsBackupCommand(out, err))
        .addSubcommand(new RecordsRestoreCommand(out, err));
  }
}
