package io.tallystick.server;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
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
    if (!isOfThisHost(resolved())) {
      throw new UsageException(
          "not an address of this host: bind=" + bind + "; use 127.0.0.1, or 0.0.0.0 for all");
    }
    return bind;
  }

  /** The address as it stands in a URL. */
  String urlHost() {
    return bind.contains(":") ? "[" + bind + "]" : bind;
  }

  private InetAddress resolved() {
    if (bind.isBlank()) {
      throw new UsageException("address is empty: give --bind an address of this host");
    }
    try {
      return InetAddress.getByName(bind);
    } catch (UnknownHostException e) {
      throw new UsageException("unknown address: bind=" + bind + "; use one of this host");
    }
  }

  static boolean isOfThisHost(InetAddress address) throws SocketException {
    return address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || NetworkInterface.getByInetAddress(address) != null;
  }
}
