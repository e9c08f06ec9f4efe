package io.tallystick.server;

import picocli.CommandLine.Option;

/** {@code --port}: where metrics are served. */
final class PortOption {
  private static final IntegerRange PORTS = new IntegerRange("port", 0, 65535);

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port to serve metrics on; 0 takes a free one (default: 9400).")
  private String port = "9400";

  /** The port; 0 means any that is free. */
  int number() {
    return PORTS.parse(port);
  }
}
