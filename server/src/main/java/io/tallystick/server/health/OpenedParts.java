package io.tallystick.server.health;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened for a service, and is closed with it: the last one first. Threading: one. */
final class OpenedParts implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.tallystick.health");

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  /** Closes all, whatever one of them throws; twice does no harm. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) { // the others are still to be closed
        LOG.log(
            System.Logger.Level.WARNING, "cannot be closed: part=" + part.getClass().getName(), e);
      }
    }
  }
}
