package io.tallystick.jmh;

import java.io.PrintStream;
import org.openjdk.jol.info.GraphStats;

/** All objects that can be reached from some, with their headers and padding, as JOL finds them. */
final class HeapGraph {
  static {
    System.setProperty("jol.magicFieldOffset", "true"); // of records, which hide theirs
    System.setProperty("jol.skipDynamicAttach", "true"); // layouts tell the sizes, too
  }

  private HeapGraph() {}

  /** The bytes of all of them. What JOL has to say meanwhile goes to standard error. */
  static long bytes(Object root) {
    PrintStream out = System.out;
    System.setOut(System.err);
    try {
      return GraphStats.parseInstance(root).totalSize();
    } finally {
      System.setOut(out);
    }
  }
}
