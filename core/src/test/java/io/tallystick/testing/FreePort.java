package io.tallystick.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port of loopback for a server that is started later, or again. It is below those that Linux
 * gives to whoever asks for any, and to clients, so that none of them has it meanwhile. Another JVM
 * of tests may be given it while its server is down, once in some thousand times.
 */
public final class FreePort {
  private static final int FIRST = 10_000;

  /** By how much the port of a Redis node's bus is above its own, which must be free, too. */
  private static final int BUS_OFFSET = 10_000;

  /** Of those that are given; their bus' are above. */
  private static final int LAST = FIRST + BUS_OFFSET - 1;

  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private FreePort() {}

  /** A port that is free as is the one of a node's bus, and that nobody here was given before. */
  public static int next() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
      if (isFree(port) && isFree(port + BUS_OFFSET) && GIVEN.add(port)) {
        return port;
      }
    }
  }

  @SuppressWarnings("try") // it is only opened
  private static boolean isFree(int port) {
    try (ServerSocket unused = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
