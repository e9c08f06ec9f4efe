package io.tallystick.testing;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tallystick.scrape.Scraper;
import io.tallystick.scrape.TextFormat;
import java.io.IOException;
import java.util.List;

/** Expositions as lines, so that two can be compared. */
public final class ExpositionText {
  private static final String OWN_FAMILIES = "tallystick_";

  private ExpositionText() {}

  /** What our direct writer makes of a directory. */
  public static List<String> of(Scraper scraper, TextFormat format) throws IOException {
    return plain(format).of(scraper, name -> true);
  }

  /** What client_java's writers make of snapshots. */
  public static List<String> of(MetricSnapshots snapshots, TextFormat format) throws IOException {
    return plain(format).of(snapshots);
  }

  /** Whether a family is none of those that a scraper adds of its own. */
  public static boolean isApplications(String name) {
    return !name.startsWith(OWN_FAMILIES);
  }

  /** The lines without those of the families that a scraper adds of its own. */
  public static List<String> withoutOwn(List<String> lines) {
    return withoutFamilies(lines, OWN_FAMILIES);
  }

  /** The lines without those of families whose names start like this. */
  public static List<String> withoutFamilies(List<String> lines, String namePrefix) {
    return lines.stream().filter(line -> !nameIn(line).startsWith(namePrefix)).toList();
  }

  private static String nameIn(String line) {
    return line.startsWith("# ") ? line.replaceFirst("^# (HELP|TYPE|UNIT) ", "") : line;
  }

  private static View plain(TextFormat format) {
    return new View(format, EscapingScheme.DEFAULT, false, false);
  }
}
