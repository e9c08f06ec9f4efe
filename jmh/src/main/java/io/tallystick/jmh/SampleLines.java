package io.tallystick.jmh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Samples in a scraped text, to check what is measured. */
final class SampleLines {
  private SampleLines() {}

  /** How many samples there are of families whose names start so. */
  static long count(ScrapeTarget target, String namePrefix) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    target.write(text);
    return count(text.toString(StandardCharsets.UTF_8), namePrefix);
  }

  static long count(String text, String namePrefix) {
    return text.lines().filter(line -> line.startsWith(namePrefix)).count();
  }

  /** The sum of all samples of families whose names start so. */
  static double sum(String text, String namePrefix) {
    return text.lines()
        .filter(line -> line.startsWith(namePrefix))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
