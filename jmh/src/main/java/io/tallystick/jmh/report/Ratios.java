package io.tallystick.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystick.jmh.Contender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What one contender costs beside others, held against bounds.
 *
 * <p>The cost is that of the fastest iteration of all rounds. A machine's other work makes an
 * iteration slower, never faster; a slower hot path makes all of them slower. Machines differ in
 * what an atomic instruction costs beside a plain one, and so in one ratio or another: a path is
 * slower where it is slower beside each of those that its bound names.
 *
 * <p>Arguments: the file of bounds, and JMH's results, one file for each round. A bound is a line
 * of benchmark, contender, and one or more times what it is beside, and the ratio. Exits with 1
 * where all ratios of a line are more than 30 % above their bounds, and with 2 where one was not
 * measured, or where there is none to measure: nothing passes that was not compared.
 */
public final class Ratios {
  private static final double TOLERANCE = 1.3;
  private static final ObjectMapper JSON = new ObjectMapper();

  private Ratios() {}

  /** Another contender, and the bound of the ratio to what it costs. */
  private record Beside(Contender contender, double ratio) {}

  /** One line of the file of bounds; {@code benchmark} is a class and its method. */
  private record Bound(String benchmark, Contender contender, List<Beside> besides) {
    static Bound parse(String line) {
      String[] words = line.split("\\s+", -1);
      if (words.length < 4 || words.length % 2 != 0) {
        throw new IllegalArgumentException("not a bound: line=" + line);
      }
      List<Beside> besides = new ArrayList<>();
      for (int i = 2; i < words.length; i += 2) {
        besides.add(new Beside(Contender.valueOf(words[i]), Double.parseDouble(words[i + 1])));
      }
      return new Bound(words[0], Contender.valueOf(words[1]), besides);
    }

    /** The nanoseconds of a contender; not finite where it was not measured. */
    double leastNs(List<JsonNode> rounds, Contender of) {
      double least = Double.POSITIVE_INFINITY;
      for (JsonNode round : rounds) {
        for (JsonNode result : round) {
          if (result.path("benchmark").asText().endsWith("." + benchmark)
              && result.path("params").path("contender").asText().equals(of.name())) {
            least = Math.min(least, Score.of(result).least());
          }
        }
      }
      return least;
    }
  }

  /** Prints each ratio with its bound. */
  public static void main(String[] args) throws IOException {
    if (args.length < 2) {
      System.err.println("usage: Ratios <bounds> <results> ...");
      System.exit(2);
    }
    List<Path> rounds = Arrays.stream(args).skip(1).map(Path::of).toList();
    int status = 2;
    try {
      status = check(Path.of(args[0]), rounds);
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("not compared: " + e);
    }
    System.exit(status);
  }

  static int check(Path bounds, List<Path> files) throws IOException {
    List<JsonNode> rounds = new ArrayList<>();
    for (Path file : files) {
      rounds.add(JSON.readTree(file.toFile()));
    }
    List<String> lines =
        Files.readAllLines(bounds).stream()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .toList();
    int status = 0;
    for (String line : lines) {
      status = Math.max(status, check(Bound.parse(line), rounds));
    }
    if (lines.isEmpty()) {
      System.err.println("no bounds: file=" + bounds);
      return 2;
    }
    return status;
  }

  private static int check(Bound bound, List<JsonNode> rounds) {
    double ownNs = bound.leastNs(rounds, bound.contender());
    boolean isMissing = false;
    boolean isSlower = true;
    for (Beside beside : bound.besides()) {
      double otherNs = bound.leastNs(rounds, beside.contender());
      boolean isAbove = ownNs / otherNs > beside.ratio() * TOLERANCE;
      isSlower &= isAbove;
      isMissing |= !Double.isFinite(ownNs) || !Double.isFinite(otherNs);
      System.out.printf(
          Locale.ROOT,
          "%-30s %s beside %s: %.2f ns / %.2f ns = %.3f, bound %.3f%s%n",
          bound.benchmark(),
          bound.contender().label(),
          beside.contender().label(),
          ownNs,
          otherNs,
          ownNs / otherNs,
          beside.ratio(),
          isAbove ? ", above" : "");
    }
    if (isMissing || isSlower) {
      System.out.println(bound.benchmark() + (isMissing ? ": NOT MEASURED" : ": SLOWER"));
    }
    return isMissing ? 2 : isSlower ? 1 : 0;
  }
}
