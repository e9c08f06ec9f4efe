package io.tallystick.server.demo;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One keep-alive HTTP/1.1 connection to a worker, which sends a request exactly once.
 *
 * <p>The JDK's HTTP clients send a request again, unasked, when a kept connection breaks. It would
 * then be counted twice and answered once, and the demo could not tell that from a fault.
 */
final class WorkerConnection implements Closeable {
  private static final int TIMEOUT_MS = 10_000;
  private static final int MAX_LINE_BYTES = 8_192;
  private static final String CONTENT_LENGTH = "content-length:";

  private final Socket socket;
  private final InputStream in;

  private WorkerConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  static WorkerConnection open(int port) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT_MS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
      return new WorkerConnection(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Sends a GET and returns the status of the answer; a broken connection is an exception. */
  int get(String path) throws IOException {
    String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    int status = status(readLine());
    long bodyBytes = 0;
    for (String header = readLine(); !header.isEmpty(); header = readLine()) {
      if (header.toLowerCase(Locale.ROOT).startsWith(CONTENT_LENGTH)) {
        bodyBytes = Long.parseLong(header.substring(CONTENT_LENGTH.length()).strip());
      }
    }
    in.skipNBytes(bodyBytes);
    return status;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static int status(String statusLine) throws IOException {
    String[] parts = statusLine.split(" ", 3);
    if (parts.length < 2) {
      throw new IOException("not an HTTP answer: line=" + statusLine);
    }
    return Integer.parseInt(parts[1]);
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("connection ended within an answer");
      }
      if (line.length() == MAX_LINE_BYTES) {
        throw new IOException("header line too long: limitBytes=" + MAX_LINE_BYTES);
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }
}
