package io.tallystick.server;

import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code tallystick store}: looks after a store; each thing that it does is a command of its own.
 */
@Command(name = "store", description = "Looks after a store: what is kept beyond a process.")
final class StoreCommand {
  private StoreCommand() {}

  /** The command with the commands that it has. */
  static CommandLine commandLine(Output out, PrintStream err) {
    return new CommandLine(new StoreCommand())
        .addSubcommand(new StorePingCommand(out))
        .addSubcommand(new StoreStatsCommand(out))
        .addSubcommand(new StoreBackupCommand(out))
        .addSubcommand(new StoreRestoreCommand(out))
        .addSubcommand(new StoreListCommand(out, err));
  }
}
