package io.tallystick.agent;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import java.io.IOException;

/** A JVM that counts with client_java, and knows of nothing else. It ends with its input. */
final class CountingApplication {
  private CountingApplication() {}

  public static void main(String[] args) throws IOException {
    Counter.builder().name("orders_total").register().inc(Integer.parseInt(args[0]));
    Histogram.builder().name("sizes").register().observe(2);
    System.out.println("started");
    while (System.in.read() >= 0) {
      // until its parent ends it
    }
  }
}
