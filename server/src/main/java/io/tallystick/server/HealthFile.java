package io.tallystick.server;

import io.tallystick.server.health.ConfigException;
import io.tallystick.server.health.HealthConfig;
import io.tallystick.server.health.HealthService;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A config of health that a command line names: what is wrong with it is said with its name. */
final class HealthFile {
  private final String name;

  HealthFile(String name) {
    this.name = name;
  }

  /**
   * The config of a server of its own.
   *
   * @throws UsageException if it cannot be used
   */
  HealthConfig read() {
    return used(() -> HealthConfig.read(path(), System.getenv()));
  }

  /**
   * Opens what the config names, for a server that has its address already.
   *
   * @throws UsageException if it cannot be used
   */
  HealthService startBeside() {
    return used(
        () -> HealthService.start(HealthConfig.readWithoutAddress(path(), System.getenv())));
  }

  /**
   * Opens what the config names.
   *
   * @throws UsageException if that cannot be used
   */
  HealthService start(HealthConfig config) {
    return used(() -> HealthService.start(config));
  }

  /**
   * Where the config wants to be served.
   *
   * @throws UsageException if that is not an address of this host
   */
  InetSocketAddress addressOf(HealthConfig config) throws SocketException {
    InetAddress address =
        HostAddress.find(config.host())
            .orElseThrow(() -> new UsageException(bad("not an address of this host: field=host")));
    return new InetSocketAddress(address, config.port());
  }

  private Path path() {
    if (name.isBlank()) {
      throw new UsageException("file name is empty: give it the config");
    }
    return Path.of(name);
  }

  private String bad(String why) {
    return "bad config: file=" + name + ": " + why;
  }

  private <T> T used(Supplier<T> call) {
    try {
      return call.get();
    } catch (ConfigException e) {
      throw new UsageException(bad(String.valueOf(e.getMessage())));
    }
  }
}
