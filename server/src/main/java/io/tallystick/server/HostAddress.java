package io.tallystick.server;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Optional;

/** Addresses of this host, which a server can be bound to. */
final class HostAddress {
  private HostAddress() {}

  /**
   * The address that an option gives.
   *
   * @throws UsageException if it is none of this host
   */
  static InetAddress of(String option, String text) throws SocketException {
    if (text.isBlank()) {
      throw new UsageException("address is empty: give --" + option + " an address of this host");
    }
    return find(text)
        .orElseThrow(
            () ->
                new UsageException(
                    "not an address of this host: "
                        + (option + "=" + text)
                        + "; use 127.0.0.1, or 0.0.0.0 for all"));
  }

  /** The address of a text; none where this host has no such address. */
  static Optional<InetAddress> find(String text) throws SocketException {
    try {
      InetAddress address = InetAddress.getByName(text);
      return isOfThisHost(address) ? Optional.of(address) : Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  private static boolean isOfThisHost(InetAddress address) throws SocketException {
    return address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || NetworkInterface.getByInetAddress(address) != null;
  }

  /** An address as it stands in a URL. */
  static String inUrl(String text) {
    return text.contains(":") ? "[" + text + "]" : text;
  }
}
