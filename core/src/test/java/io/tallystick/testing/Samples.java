package io.tallystick.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** The samples of one scrape, as its text has them. */
public final class Samples {
  private Samples() {}

  /** Scrapes, and returns each sample's value under its name and labels: {@code a_total{k="v"}}. */
  public static Map<String, Double> of(Scraper scraper) throws IOException {
    return parse(text(scraper, TextFormat.PROMETHEUS));
  }

  /** As {@link #of}, without what the scraper says of itself. */
  public static Map<String, Double> ofApplications(Scraper scraper) throws IOException {
    Map<String, Double> samples = of(scraper);
    samples.keySet().removeIf(name -> name.startsWith("tallystick_"));
    return samples;
  }

  public static String text(Scraper scraper, TextFormat format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    scraper.write(format, out);
    return out.toString(UTF_8);
  }

  /** The samples of a text, which must not have one twice. */
  public static Map<String, Double> parse(String text) {
    Map<String, Double> samples = new TreeMap<>();
    for (String line : text.split("\n", -1)) {
      if (!line.isEmpty() && !line.startsWith("#")) {
        int space = line.lastIndexOf(' ');
        Double before = samples.put(line.substring(0, space), number(line.substring(space + 1)));
        if (before != null) {
          throw new AssertionError("sample is there twice: " + line);
        }
      }
    }
    return samples;
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }
}
