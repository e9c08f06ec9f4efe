package io.tallystick.jmh.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.HdrHistogram.Histogram;

/**
 * Load on one URL, over some connections that are kept: as much as there can be, or at a rate.
 *
 * <p>As much as there can be: each connection sends when it has its answer, and latency is from
 * sending. So a server that stalls is asked less, and the percentiles are too good; throughput is
 * what is to be read. At a rate: requests are due in equal intervals, whatever becomes of those
 * before, and latency is from when one was due, not from when a connection was free for it.
 *
 * <p>One thread, which waits for sockets. Answers must have a length; any status but 200 is an
 * error.
 */
public final class HttpLoad {
  private static final long HIGHEST_NS = 60_000_000_000L;
  private static final Duration PATIENCE = Duration.ofSeconds(10); // with answers, after the end

  private final InetSocketAddress address;
  private final byte[] request;
  private final int connections;
  private final Deque<Connection> idle = new ArrayDeque<>();
  private Histogram latencies = new Histogram(HIGHEST_NS, 3);
  private long errors;
  private long startNs;
  private long endNs;
  private long periodNs; // 0 for as much as there can be
  private long due; // how many requests have been begun
  private int open;

  private HttpLoad(URI uri, int connections) {
    this.address = new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort());
    String path =
        (uri.getRawPath().isEmpty() ? "/" : uri.getRawPath())
            + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    this.request =
        ("GET " + path + " HTTP/1.1\r\nHost: " + uri.getRawAuthority() + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    this.connections = connections;
  }

  /**
   * What came of some load.
   *
   * @param latencies in nanoseconds, of answers that were as they should be
   * @param errors answers with another status; at a rate, also requests that were due and had no
   *     answer ten seconds after the end
   */
  public record Result(long answers, long errors, double seconds, Histogram latencies) {
    /** How many answers there were in a second. */
    public double perSecond() {
      return answers / seconds;
    }

    /** A percentile. */
    public double ms(double percentile) {
      return latencies.getValueAtPercentile(percentile) / 1e6;
    }
  }

  /** As much as there can be. */
  public static Result most(URI uri, int connections, Duration time) throws IOException {
    return new HttpLoad(uri, connections).run(0, time, PATIENCE);
  }

  /** So many requests in a second. */
  public static Result atRate(URI uri, int connections, int perSecond, Duration time)
      throws IOException {
    return atRate(uri, connections, perSecond, time, PATIENCE);
  }

  static Result atRate(URI uri, int connections, int perSecond, Duration time, Duration patience)
      throws IOException {
    return new HttpLoad(uri, connections).run(1_000_000_000L / perSecond, time, patience);
  }

  private Result run(long period, Duration time, Duration patience) throws IOException {
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < connections; i++) {
        idle.add(Connection.open(address, selector));
      }
      open = connections;
      periodNs = period;
      startNs = System.nanoTime();
      endNs = startNs + time.toNanos();
      while (true) {
        long nowNs = System.nanoTime();
        send(nowNs);
        boolean isOver = nowNs >= endNs && (periodNs == 0 || idle.size() == open);
        if (isOver || nowNs > endNs + patience.toNanos()) {
          break;
        }
        receive(selector, nowNs);
      }
      double seconds = (System.nanoTime() - startNs) / 1e9;
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      if (periodNs > 0) { // what has no answer is not left out, as it is the slowest of all
        long wereDue = (time.toNanos() + periodNs - 1) / periodNs;
        errors = wereDue - latencies.getTotalCount();
      }
      return new Result(latencies.getTotalCount(), errors, seconds, latencies);
    }
  }

  /** Sends what is due, as far as connections are idle. */
  private void send(long nowNs) throws IOException {
    while (!idle.isEmpty()) {
      long dueNs = periodNs == 0 ? nowNs : startNs + due * periodNs;
      if (dueNs > nowNs || dueNs >= endNs) {
        return;
      }
      due++;
      idle.poll().send(request, dueNs);
    }
  }

  private void receive(Selector selector, long nowNs) throws IOException {
    long nextNs = periodNs == 0 || idle.isEmpty() ? endNs : startNs + due * periodNs;
    long waitMs = (nextNs - nowNs) / 1_000_000;
    if (waitMs > 0) {
      selector.select(waitMs);
    } else {
      selector.selectNow();
    }
    for (SelectionKey key : selector.selectedKeys()) {
      Connection connection = (Connection) key.attachment();
      if (connection.receive()) {
        long latencyNs = System.nanoTime() - connection.dueNs;
        if (connection.status == 200) {
          latencies.recordValue(Math.min(HIGHEST_NS, latencyNs));
        } else {
          errors++;
        }
        idle.add(connection);
      }
    }
    selector.selectedKeys().clear();
  }

  /** One connection, which has one request at a time. */
  private static final class Connection {
    private static final int BUFFER_BYTES = 256 << 10;
    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);

    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final byte[] head = new byte[8 << 10];
    private int headLength;
    private int line; // characters of the current line of the head
    private long bodyLeft; // -1 while the head is read
    private long dueNs;
    private int status;

    private Connection(SocketChannel channel) {
      this.channel = channel;
    }

    static Connection open(InetSocketAddress address, Selector selector) throws IOException {
      SocketChannel channel = SocketChannel.open(address);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      Connection connection = new Connection(channel);
      channel.register(selector, SelectionKey.OP_READ, connection);
      return connection;
    }

    void send(byte[] request, long requestDueNs) throws IOException {
      dueNs = requestDueNs;
      headLength = 0;
      line = 0;
      bodyLeft = -1;
      ByteBuffer bytes = ByteBuffer.wrap(request);
      while (bytes.hasRemaining()) { // which a socket's buffer always takes
        int unused = channel.write(bytes);
      }
    }

    /** Reads what is there; true where the answer is whole. */
    boolean receive() throws IOException {
      buffer.clear();
      if (channel.read(buffer) < 0) {
        throw new IOException("server has closed a connection");
      }
      buffer.flip();
      while (bodyLeft < 0 && buffer.hasRemaining()) {
        readHead(buffer.get());
      }
      if (bodyLeft >= 0) {
        bodyLeft -= buffer.remaining();
        return bodyLeft == 0;
      }
      return false;
    }

    private void readHead(byte next) throws IOException {
      if (headLength == head.length) {
        throw new IOException("head of an answer is too long");
      }
      head[headLength++] = next;
      if (next != '\n') {
        line += next == '\r' ? 0 : 1;
      } else if (line == 0) {
        status = (head[9] - '0') * 100 + (head[10] - '0') * 10 + head[11] - '0';
        bodyLeft = contentLength();
      } else {
        line = 0;
      }
    }

    private long contentLength() throws IOException {
      for (int i = 0; i + LENGTH.length < headLength; i++) {
        int matched = 0;
        while (matched < LENGTH.length && (head[i + matched] | 0x20) == (LENGTH[matched] | 0x20)) {
          matched++;
        }
        if (matched == LENGTH.length) {
          long length = 0;
          for (int j = i + matched; head[j] != '\r'; j++) {
            length = head[j] == ' ' ? length : length * 10 + head[j] - '0';
          }
          return length;
        }
      }
      throw new IOException("answer has no length");
    }
  }
}
