package io.tallystick.server;

import java.net.InetAddress;
import java.net.SocketException;
import picocli.CommandLine.Option;

/** {@code --bind}: the address of this host that metrics are served on. */
final class BindOption {
  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      description = "The address to serve metrics on (default: 127.0.0.1).")
  private String bind = "127.0.0.1";

  /** The address as it was typed, which is one of this host. */
  String address() throws SocketException {
    InetAddress unused = HostAddress.of("bind", bind);
    return bind;
  }

  /** The address as it stands in a URL. */
  String urlHost() {
    return HostAddress.inUrl(bind);
  }
}
