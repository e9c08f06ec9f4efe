package io.tallystick.server;

import io.tallystick.merge.Verification;
import io.tallystick.merge.Verification.Fault;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tallystick verify}: checks every file of a directory and names the faulty ones. */
@Command(
    name = "verify",
    description = "Checks every file of a directory: one line for each fault, exit code 1 if any.")
final class VerifyCommand implements Callable<Integer> {
  @Mixin private final DirectoryOption directory = new DirectoryOption();

  private final Output out;

  VerifyCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    List<Fault> faults = Verification.verify(directory.path());
    faults.forEach(fault -> out.line(fault.toString()));
    if (!faults.isEmpty()) {
      return Exit.FAULT;
    }
    out.line("no faults: directory=" + directory.path());
    return Exit.OK;
  }
}
