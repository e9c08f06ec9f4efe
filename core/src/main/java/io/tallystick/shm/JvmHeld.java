package io.tallystick.shm;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Names of the locks that this JVM holds, whichever class loader took them.
 *
 * <p>On POSIX a process loses its lock on a file when it closes <em>any</em> descriptor of it. So
 * nobody in the JVM may open a lock file that the JVM holds, and two copies of this class, in two
 * web applications say, must know of each other: the names are system properties, which they share.
 * The set of this copy stays right should somebody replace the system properties.
 */
final class JvmHeld {
  private static final String PREFIX = "tallystick.held.";
  private static final Set<String> HERE = ConcurrentHashMap.newKeySet();

  private JvmHeld() {}

  /** Takes a name; false where it is taken. */
  static boolean tryTake(String name) {
    if (!HERE.add(name)) {
      return false;
    }
    if (System.getProperties().putIfAbsent(PREFIX + name, "true") != null) {
      HERE.remove(name);
      return false;
    }
    return true;
  }

  static boolean isTaken(String name) {
    return HERE.contains(name) || System.getProperties().containsKey(PREFIX + name);
  }

  static void release(String name) {
    System.getProperties().remove(PREFIX + name);
    HERE.remove(name);
  }
}
