package io.tallystick.server;

import io.tallystick.Tallystick;
import io.tallystick.merge.Retirement;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tallystick retire}: folds the files of dead processes into the retired file now. */
@Command(
    name = "retire",
    description = "Folds the files of dead processes into the retired file; totals do not change.")
final class RetireCommand implements Callable<Integer> {
  @Mixin private final DirectoryOption directory = new DirectoryOption();

  private final Output out;

  RetireCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    Retirement.Report report = Tallystick.retire(directory.path());
    if (report.busy()) {
      out.line("nothing done: another process is retiring: directory=" + directory.path());
      return Exit.OK;
    }
    out.line("folded dead processes: count=" + report.folded());
    if (report.left() > 0) {
      out.line("left faulty files: count=" + report.left() + "; see tallystick verify");
      return Exit.FAULT;
    }
    return Exit.OK;
  }
}
