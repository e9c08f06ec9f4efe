package io.tallystick.server;

import io.tallystick.http.HttpListener;
import io.tallystick.server.health.HealthConfig;
import io.tallystick.server.health.HealthService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tallystick health}: the health of what a config names, over HTTP. */
@Command(
    name = "health",
    description =
        "Checks what a config names, and serves what it found over HTTP until it is told to end.")
final class HealthCommand implements Callable<Integer> {
  private static final int MOST_REQUESTS = 256; // at a time

  @Option(
      names = "--config",
      paramLabel = "FILE",
      required = true,
      description = "Checks, sinks, and where to serve, as YAML; as JSON where it ends in .json.")
  private String file = "";

  private final Output out;

  HealthCommand(Output out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    HealthFile config = new HealthFile(file);
    HealthConfig settings = config.read();
    InetSocketAddress address = config.addressOf(settings);
    try (Termination termination = new Termination(Thread.currentThread())) {
      termination.listen();
      serve(config, settings, address);
    }
    return Exit.OK;
  }

  private void serve(HealthFile config, HealthConfig settings, InetSocketAddress address)
      throws IOException {
    try (HealthService service = config.start(settings);
        HttpListener server =
            HttpListener.start("tallystick-health", address, MOST_REQUESTS, service.handler())) {
      String host = HostAddress.inUrl(settings.host());
      out.line("serving health at http://" + host + ":" + server.port() + "/health/state");
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // The end that was asked for; close() does the rest.
    }
  }
}
