package io.tallystick.store.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A way to a server that is cut once so many bytes have gone one way. */
final class CuttingProxy implements AutoCloseable {
  private static final int BUFFER_LENGTH = 1 << 14;

  private volatile int serverPort;
  private final ServerSocket socket;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong requestsLeft = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong repliesLeft = new AtomicLong(Long.MAX_VALUE);

  private final AtomicInteger requestsUntilAction = new AtomicInteger();
  private volatile Throwable failure; // null where there was none
  private volatile Runnable between; // null where there is nothing to do
  private volatile Runnable inside; // the same
  private volatile String pattern = "";

  private CuttingProxy(int serverPort, ServerSocket socket) {
    this.serverPort = serverPort;
    this.socket = socket;
  }

  static CuttingProxy start(int serverPort) throws IOException {
    ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    CuttingProxy proxy = new CuttingProxy(serverPort, socket);
    proxy.run("proxy", proxy::accept);
    return proxy;
  }

  private void run(String name, IoAction action) {
    Thread thread =
        new Thread(
            () -> {
              try {
                action.run();
              } catch (IOException e) {
                // closed, or cut
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = socket.accept();
      Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      open.add(client);
      open.add(server);
      run("requests", () -> copy(client, server, requestsLeft));
      run("replies", () -> copy(server, client, repliesLeft));
    }
  }

  private void copy(Socket from, Socket to, AtomicLong left) throws IOException {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[BUFFER_LENGTH];
      for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
        if (left == requestsLeft) {
          meanwhile();
        }
        long before = left.getAndAdd(-read);
        int allowed = (int) Math.max(0, Math.min(read, before));
        int sent = left == requestsLeft ? upTo(buffer, allowed) : 0;
        if (sent > 0) {
          out.write(buffer, 0, sent);
          out.flush();
          act(inside);
        }
        out.write(buffer, sent, allowed - sent);
        out.flush();
        if (allowed < read) {
          return;
        }
      }
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  /** Does what is to be done between two requests, if this is the time. */
  private void meanwhile() {
    Runnable action = between;
    if (action != null && requestsUntilAction.decrementAndGet() < 0) {
      between = null;
      act(action);
    }
  }

  private void act(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException | AssertionError e) {
      failure = e;
    }
  }

  /** How many bytes go to the server before something is done inside of what is sent at once. */
  private int upTo(byte[] buffer, int length) {
    if (inside == null) {
      return 0;
    }
    String sent = new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
    return Math.max(0, sent.indexOf(pattern));
  }

  /** Does something each time just before a text goes to the server; what follows it waits. */
  void eachTimeBefore(String text, Runnable action) {
    pattern = text;
    inside = action;
  }

  /** Whether what is to be done between two requests is still to be done. */
  boolean isPending() {
    return between != null;
  }

  /** Throws what the latest action did that was done between two requests. */
  void throwFailure() {
    if (failure != null) {
      throw new AssertionError("between two requests", failure);
    }
  }

  /** Does something before one of the next requests goes on; others wait for it. */
  void before(int requests, Runnable action) {
    requestsUntilAction.set(requests);
    between = action;
  }

  String url() {
    return "redis://127.0.0.1:" + socket.getLocalPort();
  }

  /** Cuts all connections once so many more bytes have gone to the server, or come from it. */
  void cutAfter(long requestBytes, long replyBytes) {
    requestsLeft.set(requestBytes);
    repliesLeft.set(replyBytes);
  }

  /** How many bytes have gone to the server since nothing was to be cut. */
  long requestBytes() {
    return Long.MAX_VALUE - requestsLeft.get();
  }

  long replyBytes() {
    return Long.MAX_VALUE - repliesLeft.get();
  }

  /** Leads connections that are made from now on to another server. */
  void leadTo(int port) {
    serverPort = port;
  }

  /** Lets all bytes pass from now on. */
  void mend() {
    between = null;
    inside = null;
    cutAfter(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  @Override
  public void close() throws IOException {
    socket.close();
    for (Socket each : open) {
      each.close();
    }
  }

  private interface IoAction {
    void run() throws IOException;
  }
}
