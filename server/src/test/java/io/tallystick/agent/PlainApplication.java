package io.tallystick.agent;

import java.io.IOException;

/** A JVM that knows nothing of metrics. It ends with its standard input. */
final class PlainApplication {
  private PlainApplication() {}

  public static void main(String[] args) throws IOException {
    System.out.println("started");
    while (System.in.read() >= 0) {
      // until its parent ends it
    }
  }
}
