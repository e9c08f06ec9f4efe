package io.tallystick.store.redis;

import io.tallystick.testing.Await;
import io.tallystick.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;
import redis.embedded.core.ExecutableProvider;

/** A Redis server of a test's own, on loopback and a free port, that can be killed and stopped. */
public final class RedisProcess implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 30;
  private static final Pattern WRITTEN = Pattern.compile("master_repl_offset:(\\d+)");
  private static final Pattern REPLICATED =
      Pattern.compile("slave\\d+:.*state=online,offset=(\\d+)");
  private static final int MOST_STARTS = 10;

  private final Path folder;
  private final int port;
  private final List<String> options;
  private Process process;
  private int tlsPort;

  private RedisProcess(Path folder, List<String> options) throws IOException {
    this.folder = folder;
    this.port = FreePort.next();
    this.options = List.copyOf(options);
    this.process = launch();
  }

  /** Starts one and waits until it answers. */
  public static RedisProcess start(Path folder, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of("--save", "", "--appendonly", "no"));
    all.addAll(List.of(options));
    return start(folder, all);
  }

  /** Starts one that also has a port with TLS, for clients that show this certificate. */
  static RedisProcess startTls(Path folder, Path certificate, Path key, Path client)
      throws Exception {
    int tlsPort = FreePort.next();
    RedisProcess server =
        start(
            folder,
            "--tls-port",
            Integer.toString(tlsPort),
            "--tls-cert-file",
            certificate.toString(),
            "--tls-key-file",
            key.toString(),
            "--tls-ca-cert-file",
            client.toString());
    server.tlsPort = tlsPort;
    return server;
  }

  /** Starts a Sentinel with a configuration, which it changes. */
  static RedisProcess startSentinel(Path folder, Path configuration) throws Exception {
    return start(folder, List.of(configuration.toString(), "--sentinel"));
  }

  private static RedisProcess start(Path folder, List<String> options) throws Exception {
    Files.createDirectories(folder);
    for (int tries = 1; ; tries++) {
      RedisProcess server = new RedisProcess(folder, options);
      try {
        server.awaitReady();
        return server;
      } catch (PortTakenException e) {
        if (tries == MOST_STARTS) {
          throw e;
        }
      } catch (Throwable e) {
        server.close();
        throw e;
      }
    }
  }

  /** The server that the library has for this machine; taken out of its jar once. */
  private static final class Binary {
    private static final String PATH = path();

    private static String path() {
      try {
        return ExecutableProvider.newJarResourceProvider().get().getAbsolutePath();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Process launch() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Binary.PATH);
    boolean hasFile = !options.get(0).startsWith("-"); // which is named before all options
    command.addAll(hasFile ? options.subList(0, 1) : List.of());
    command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
    command.addAll(List.of("--dir", folder.toString()));
    command.addAll(hasFile ? options.subList(1, options.size()) : options);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  private void awaitReady() throws Exception {
    Await.until("Redis", () -> !process.isAlive() || answers());
    if (!process.isAlive()) {
      throw new PortTakenException(Files.readString(folder.resolve("log")));
    }
  }

  /** It has ended: most likely somebody has taken the port between its choice and its use. */
  private static final class PortTakenException extends IOException {
    private static final long serialVersionUID = 1;

    PortTakenException(String log) {
      super("Redis has ended: log=" + log);
    }
  }

  private boolean answers() {
    try (Connection connection = new Connection("127.0.0.1", port)) {
      connection.executeCommand(Command.PING);
      return true;
    } catch (JedisException e) {
      String message = String.valueOf(e.getMessage());
      return message.startsWith("NOAUTH");
    }
  }

  public int port() {
    return port;
  }

  int tlsPort() {
    return tlsPort;
  }

  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Runs a command on a connection of its own. */
  public Object run(Command command, String... arguments) {
    try (Connection connection = new Connection("127.0.0.1", port)) {
      connection.sendCommand(command, arguments);
      return connection.getOne();
    }
  }

  /** Waits until a replica has all that was written here, by whichever connection. */
  void awaitReplica() throws Exception {
    Await.until("replica", this::hasWholeReplica);
  }

  private boolean hasWholeReplica() {
    String info = RedisClusterNodes.text(run(Command.INFO, "replication"));
    Matcher written = WRITTEN.matcher(info);
    if (!written.find()) {
      throw new AssertionError(info);
    }
    long offset = Long.parseLong(written.group(1));
    return REPLICATED.matcher(info).results().anyMatch(r -> Long.parseLong(r.group(1)) >= offset);
  }

  /** Kills it, with no chance to do anything more. */
  public void kill() {
    process.toHandle().destroyForcibly();
    process.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** Starts it again on its port, with what its folder has. */
  public void restart() throws Exception {
    process = launch();
    awaitReady();
  }

  /** Sends it a signal, such as STOP or CONT. */
  public void signal(String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
    if (!kill.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || kill.exitValue() != 0) {
      throw new AssertionError("signal is not sent: signal=" + signal);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
