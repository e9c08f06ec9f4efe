package io.tallystick.server;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ScopeType;

/** The {@code tallystick} command: finds the command that was asked for and runs it. */
@Command(
    name = "tallystick",
    description = "Prometheus metrics of all JVMs of a host, read from a shared directory.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Main.Version.class)
public final class Main {
  private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";
  private static final String FACADE_VERBOSITY = "slf4j.internal.verbosity";
  private static final int HELP_WIDTH = 100;

  private Main() {}

  /** Runs a command line and ends this JVM with its exit code. */
  public static void main(String[] args) {
    logInOneLine();
    silenceLoggingFacade();
    System.exit(run(args, new FileOutputStream(FileDescriptor.out), System.err));
  }

  /** A warning of the library looks like the other lines, unless the user chose a format. */
  private static void logInOneLine() {
    if (System.getProperty(LOG_FORMAT) == null) {
      System.setProperty(LOG_FORMAT, "tallystick: %5$s%6$s%n");
    }
  }

  /**
   * The stores' libraries bring SLF4J, which would say in three lines that nobody listens to it.
   */
  private static void silenceLoggingFacade() {
    System.getProperties().putIfAbsent(FACADE_VERBOSITY, "ERROR");
  }

  /** Runs a command line; returns its exit code, one of {@link Exit}. */
  static int run(String[] args, OutputStream standardOutput, PrintStream standardError) {
    Output out = new Output(standardOutput);
    ErrorLines errors = new ErrorLines(standardError);
    int exit = commandLine(out, errors, standardError).execute(args);
    try {
      out.flush();
    } catch (IOException e) {
      errors.print(e);
      return Exit.FAULT;
    }
    return exit;
  }

  private static CommandLine commandLine(Output out, ErrorLines errors, PrintStream standardError) {
    return new CommandLine(new Main())
        .addSubcommand(new DemoCommand(out))
        .addSubcommand(new ServeCommand(out))
        .addSubcommand(new HealthCommand(out))
        .addSubcommand(new DumpCommand(out))
        .addSubcommand(new VerifyCommand(out))
        .addSubcommand(new RetireCommand(out))
        .addSubcommand(StoreCommand.commandLine(out, standardError))
        .addSubcommand(RecordsCommand.commandLine(out, standardError))
        .addSubcommand(SdCommand.commandLine(out))
        .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setUsageHelpWidth(HELP_WIDTH)
        .setExpandAtFiles(false)
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors);
  }

  /** The version that the jar's manifest states. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"tallystick " + name()};
    }

    static String name() {
      String version = Main.class.getPackage().getImplementationVersion();
      return version == null ? "(not packaged)" : version;
    }
  }
}
