package io.tallystick.store.chronicle;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import net.openhft.chronicle.map.ExternalMapQueryContext;

/** A process that says that it is at some point of a call, and stays there until it is killed. */
final class DyingUser {
  private DyingUser() {}

  /** Where it stays. */
  enum Point {
    /** In a call that has changed nothing yet. */
    CALL,
    /** In a call that has changed entries of two maps, between two changes. */
    CHANGED,
    /** In the map of keys, with the lock of the segment of the key {@code a}. */
    INSIDE,
    /** The same, in a call that has changed that key. */
    INSIDE_CHANGED
  }

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    Point point = Point.valueOf(args[1]);
    Session session = Session.open(directory, MapSizes.DEFAULT, Duration.ofMinutes(1));
    session.run(() -> stay(session, point));
  }

  private static void stay(Session session, Point point) {
    if (point == Point.CHANGED || point == Point.INSIDE_CHANGED) {
      session.map(MapKind.KEYS).put(bytes("a"), new byte[50]);
      session.map(MapKind.KEYS).put(bytes("new"), new byte[50]);
      session.map(MapKind.JOBS).put(bytes("J"), new byte[50]);
      session.map(MapKind.KEYS).remove(bytes("b"));
    }
    if (point == Point.CALL || point == Point.CHANGED) {
      stay();
    }
    session.control().enterVolatile(MapKind.KEYS);
    try (ChronicleMap<byte[], byte[]> map = open(session);
        ExternalMapQueryContext<byte[], byte[], ?> query = map.queryContext(bytes("a"))) {
      query.writeLock().lock();
      stay();
    }
  }

  private static ChronicleMap<byte[], byte[]> open(Session session) {
    long generation = session.control().generation(MapKind.KEYS);
    String name = MapKind.KEYS.name().toLowerCase(Locale.ROOT) + "-" + generation + ".map";
    File file = session.directory().resolve(name).toFile();
    try {
      return ChronicleMapBuilder.of(byte[].class, byte[].class).createPersistedTo(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void stay() {
    System.out.println("stays " + Files.exists(Path.of(".")));
    System.out.flush();
    while (true) {
      LockSupport.park();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
