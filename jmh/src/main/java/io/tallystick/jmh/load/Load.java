package io.tallystick.jmh.load;

import io.tallystick.jmh.report.Figures;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/**
 * How much does a server answer, and how soon?
 *
 * <p>Prints figures as JSON. Arguments: a URL; then {@code --connections=64}, {@code --seconds=10},
 * {@code --warm-up=0} (seconds) and {@code --rate=0} (requests a second; 0 for as many as there can
 * be), whose defaults these are.
 */
public final class Load {
  private Load() {}

  /** Prints the figures. */
  public static void main(String[] args) throws IOException {
    if (args.length == 0 || args[0].startsWith("-")) {
      System.err.println(
          "usage: load URL [--connections=64] [--seconds=10] [--warm-up=0] [--rate=0]");
      System.exit(2);
    }
    URI uri = URI.create(args[0]);
    int connections = number(args, "connections", 64);
    Duration time = Duration.ofSeconds(number(args, "seconds", 10));
    int warmUp = number(args, "warm-up", 0);
    int rate = number(args, "rate", 0);
    if (warmUp > 0) {
      HttpLoad.Result unused = HttpLoad.most(uri, connections, Duration.ofSeconds(warmUp));
    }
    HttpLoad.Result result =
        rate == 0
            ? HttpLoad.most(uri, connections, time)
            : HttpLoad.atRate(uri, connections, rate, time);
    Figures figures = new Figures();
    figures.put("connections", connections);
    if (rate > 0) {
      figures.put("askedPerSecond", rate);
    }
    figures.put("answersPerSecond", result.perSecond());
    figures.put("errors", result.errors());
    figures.put("p50Ms", result.ms(50));
    figures.put("p99Ms", result.ms(99));
    figures.put("p999Ms", result.ms(99.9));
    figures.put("maxMs", result.ms(100));
    System.out.println(figures.toJson());
  }

  private static int number(String[] args, String name, int otherwise) {
    String prefix = "--" + name + "=";
    for (String arg : args) {
      if (arg.startsWith(prefix)) {
        return Integer.parseInt(arg.substring(prefix.length()));
      }
    }
    return otherwise;
  }
}
