package io.tallystick.server;

import io.tallystick.merge.FamilySize;
import io.tallystick.merge.Verification;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tallystick verify}: checks every file of a directory and names the faulty ones. */
@Command(
    name = "verify",
    description =
        "Checks every file of a directory: one line for each fault, exit code 1 if any; then the"
            + " families with the most series.")
final class VerifyCommand implements Callable<Integer> {
  @Mixin private final DirectoryOption directory = new DirectoryOption();

  private final Output out;

  VerifyCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    Verification.Report report = Verification.report(directory.path());
    report.faults().forEach(fault -> out.line(fault.toString()));
    boolean isWell = report.faults().isEmpty();
    if (isWell) {
      out.line("no faults: directory=" + directory.path());
    }
    report.greatest().forEach(size -> out.line(line(size)));
    return isWell ? Exit.OK : Exit.FAULT;
  }

  private static String line(FamilySize size) {
    return "series: family=" + size.family() + " series=" + size.series();
  }
}
