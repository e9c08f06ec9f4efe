package io.tallystick.server;

import io.tallystick.server.demo.Demo;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tallystick demo}: shows on this host that no acknowledged request is lost to a kill. */
@Command(
    name = "demo",
    description =
        "Runs three worker JVMs under load, kills one with SIGKILL, and compares the requests that"
            + " were acknowledged with the totals that are scraped.")
final class DemoCommand implements Callable<Integer> {
  private static final IntegerRange SECONDS = new IntegerRange("seconds", 1, 3600);

  @Option(
      names = "--seconds",
      paramLabel = "SECONDS",
      description = "How long the load lasts (default: 10).")
  private String seconds = "10";

  @Mixin private final PortOption port = new PortOption();

  private final Output out;

  DemoCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    Demo demo = new Demo(Duration.ofSeconds(SECONDS.parse(seconds)), port.number(), out::line);
    try (Termination termination = new Termination(Thread.currentThread())) {
      termination.listen();
      return agrees(demo) ? Exit.OK : Exit.FAULT;
    }
  }

  private boolean agrees(Demo demo) throws IOException {
    try {
      List<String> differences = demo.run();
      differences.forEach(out::line);
      return differences.isEmpty();
    } catch (InterruptedException e) {
      out.line("stopped before its end: workers killed, directory deleted");
      return false;
    }
  }
}
