package io.tallystick.server;

import io.tallystick.sd.http.BasicAuthentication;
import io.tallystick.sd.http.HttpSettings;
import io.tallystick.sd.http.TlsFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where and how target lists are served. */
final class SdHttpOptions {
  private static final IntegerRange PORTS = new IntegerRange("port", 0, 65_535);
  private static final IntegerRange CONNECTIONS = new IntegerRange("connection-limit", 1, 100_000);
  private static final IntegerRange THREADS = new IntegerRange("threads", 1, 10_000);
  private static final IntegerRange WAIT_SECONDS =
      new IntegerRange("wait-seconds", 0, (int) HttpSettings.MOST_PATIENCE.toSeconds());

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "The address to serve on (default: 127.0.0.1).")
  private String host = "127.0.0.1";

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description = "The port to serve on; 0 takes a free one (default: 8080).")
  private String port = "8080";

  @Option(
      names = {"-c", "--connection-limit", "--connection_limit"},
      paramLabel = "NUMBER",
      description = "How many requests at a time have a connection; 503 beyond (default: 1000).")
  private String connections = "1000";

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "NUMBER",
      description =
          "How many requests at a time may wait for the store or for a list; 503 beyond"
              + " (default: 64).")
  private String threads = "64";

  @Option(
      names = {"-r", "--url-prefix", "--url_prefix"},
      paramLabel = "PREFIX",
      description = "What all paths begin with, such as /sd (default: nothing).")
  private String prefix = "";

  @Option(
      names = {"--wait-seconds", "--wait_seconds"},
      paramLabel = "SECONDS",
      description = "For how long a request waits for a list that is not there yet (default: 0).")
  private String waitSeconds = "0";

  @Option(
      names = {"--auth-file", "--auth_file"},
      paramLabel = "FILE",
      description = "Who may ask: lines of user:password (default: anyone).")
  private @Nullable String users;

  @Option(
      names = {"--tls-cert", "--tls_cert"},
      paramLabel = "FILE",
      description = "The certificate of this server and those above it, as PEM.")
  private @Nullable String certificate;

  @Option(
      names = {"--tls-key", "--tls_key"},
      paramLabel = "FILE",
      description = "The key of the certificate, as PEM (PKCS #8).")
  private @Nullable String key;

  /**
   * The settings.
   *
   * @throws UsageException if an option cannot be used
   */
  HttpSettings settings() throws SocketException {
    try {
      return new HttpSettings(
          new InetSocketAddress(HostAddress.of("host", host), PORTS.parse(port)),
          prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix,
          CONNECTIONS.parse(connections),
          THREADS.parse(threads),
          Duration.ofSeconds(WAIT_SECONDS.parse(waitSeconds)),
          authentication(),
          tls());
    } catch (IllegalArgumentException e) {
      throw new UsageException(Lines.of(e));
    }
  }

  private Optional<BasicAuthentication> authentication() {
    return users == null
        ? Optional.empty()
        : Optional.of(read("auth-file", users, () -> BasicAuthentication.read(Path.of(users))));
  }

  private Optional<SSLContext> tls() {
    if (certificate == null && key == null) {
      return Optional.empty();
    }
    if (certificate == null || key == null) {
      throw new UsageException(
          "missing: option=" + (key == null ? "--tls-key" : "--tls-cert") + "; give both or none");
    }
    String files = certificate + " and " + key;
    return Optional.of(read("tls", files, () -> TlsFiles.read(Path.of(certificate), Path.of(key))));
  }

  /** Reads a file. */
  private interface Reader<T> {
    T read() throws IOException;
  }

  private static <T> T read(String option, String file, Reader<T> reader) {
    try {
      return reader.read();
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException("bad file: option=" + option + " file=" + file + ": " + Lines.of(e));
    }
  }

  /** Where lists are found. */
  String url(int boundPort) {
    String scheme = certificate == null ? "http" : "https";
    return scheme
        + "://"
        + HostAddress.inUrl(host)
        + ":"
        + boundPort
        + prefix.replaceFirst("/$", "")
        + "/targets";
  }
}
