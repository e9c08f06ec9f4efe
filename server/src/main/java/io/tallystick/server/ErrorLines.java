package io.tallystick.server;

import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Standard error of a command: whatever goes wrong is one line, and an exit code. */
final class ErrorLines implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final PrintStream err;

  ErrorLines(PrintStream err) {
    this.err = err;
  }

  /** Prints what went wrong and why. */
  void print(Throwable fault) {
    printLine(Lines.of(fault));
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    printLine(
        usage(e) + "; see " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
    return Exit.USAGE;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine commandLine, ParseResult parsed) {
    print(e);
    return e instanceof UsageException ? Exit.USAGE : Exit.FAULT;
  }

  private void printLine(String text) {
    err.println("tallystick: " + Secrets.hidden(Lines.single(text)));
  }

  private static String usage(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      return unknown(unmatched);
    }
    if (e instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
      return "missing: option=" + label(missing.getMissing().get(0));
    }
    if (e instanceof OverwrittenOptionException overwritten) {
      return "given twice: option=" + label(overwritten.getOverwritten());
    }
    boolean noCommand = hasCommands(e) && e.getArgSpec() == null;
    return noCommand ? "no command given" : String.valueOf(e.getMessage());
  }

  private static String unknown(UnmatchedArgumentException e) {
    String argument = e.getUnmatched().get(0);
    if (e.isUnknownOption()) {
      return "unknown option: option=" + argument;
    }
    return hasCommands(e)
        ? "unknown command: command=" + argument
        : "unexpected argument: argument=" + argument;
  }

  private static boolean hasCommands(ParameterException e) {
    return !e.getCommandLine().getSubcommands().isEmpty();
  }

  private static String label(ArgSpec option) {
    return option.isOption() ? ((OptionSpec) option).longestName() : option.paramLabel();
  }
}
