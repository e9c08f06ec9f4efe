package io.tallystick.jmh.load;

import io.tallystick.jmh.report.Figures;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much does a server answer, and how soon?
 *
 * <p>Prints figures as JSON. Arguments: a URL; then {@code --connections=64}, {@code --seconds=10},
 * {@code --warm-up=0} (seconds) and {@code --rate=0} (requests a second; 0 for as many as there can
 * be), whose defaults these are. Exits with 2 where they are wrong.
 */
public final class Load {
  private static final int MOST_CONNECTIONS = 10_000;
  private static final int MOST_SECONDS = 86_400;
  private static final int MOST_PER_SECOND = 10_000_000;
  private static final Pattern OPTION = Pattern.compile("--([a-z-]+)=(\\d{1,9})");

  private Load() {}

  /** What was asked for; options have a number each. */
  record Request(URI uri, Map<String, Integer> options) {
    /** Nothing where the arguments are wrong. */
    static Optional<Request> parse(String... args) {
      Map<String, Integer> options = new LinkedHashMap<>();
      options.put("connections", 64);
      options.put("seconds", 10);
      options.put("warm-up", 0);
      options.put("rate", 0);
      Set<String> given = new HashSet<>();
      for (int i = 1; i < args.length; i++) {
        Matcher option = OPTION.matcher(args[i]);
        if (!option.matches()
            || !given.add(option.group(1))
            || options.replace(option.group(1), Integer.valueOf(option.group(2))) == null) {
          return Optional.empty();
        }
      }
      URI uri;
      try {
        uri = new URI(args.length == 0 ? "" : args[0]);
      } catch (URISyntaxException e) {
        return Optional.empty();
      }
      boolean isRight = uri.getHost() != null && "http".equals(uri.getScheme());
      return isRight
              && isIn(1, MOST_CONNECTIONS, options.get("connections"))
              && isIn(1, MOST_SECONDS, options.get("seconds"))
              && isIn(0, MOST_SECONDS, options.get("warm-up"))
              && isIn(0, MOST_PER_SECOND, options.get("rate"))
          ? Optional.of(new Request(uri, options))
          : Optional.empty();
    }

    private static boolean isIn(int least, int most, int number) {
      return number >= least && number <= most;
    }

    int number(String option) {
      return options.get(option);
    }
  }

  /** Prints the figures. */
  public static void main(String[] args) throws IOException {
    Optional<Request> request = Request.parse(args);
    if (request.isEmpty()) {
      System.err.println(
          "usage: load http://HOST:PORT/PATH"
              + " [--connections=64] [--seconds=10] [--warm-up=0] [--rate=0]");
      System.exit(2);
    }
    System.out.println(measure(request.orElseThrow()).toJson());
  }

  private static Figures measure(Request request) throws IOException {
    URI uri = request.uri();
    int connections = request.number("connections");
    int rate = request.number("rate");
    Duration time = Duration.ofSeconds(request.number("seconds"));
    if (request.number("warm-up") > 0) {
      Duration warmUp = Duration.ofSeconds(request.number("warm-up"));
      HttpLoad.Result unused = HttpLoad.most(uri, connections, warmUp);
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
    return figures;
  }
}
