package io.tallystick.server;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code tallystick sd}: HTTP service discovery for Prometheus; each thing that it does is a
 * command of its own.
 */
@Command(name = "sd", description = "HTTP service discovery for Prometheus.")
final class SdCommand {
  private SdCommand() {}

  /** The command with the commands that it has. */
  static CommandLine commandLine(Output out) {
    return new CommandLine(new SdCommand())
        .addSubcommand(new SdServeCommand(out))
        .addSubcommand(new SdServerCommand(out))
        .addSubcommand(new SdWorkerCommand(out))
        .addSubcommand(new SdQueueCommand(out))
        .addSubcommand(new SdCheckCommand(out));
  }
}
