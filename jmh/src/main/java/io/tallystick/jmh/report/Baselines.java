package io.tallystick.jmh.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/**
 * Saves the medians of a run, or compares them with those saved before.
 *
 * <p>Arguments: {@code save} and a file, or {@code compare}, a file and the threshold in percent;
 * then the folder of raw files, and the names of the passes that were measured. Exits with 1 where
 * Tallystick is slower by more than the threshold, and with 2 where it cannot tell.
 */
public final class Baselines {
  private Baselines() {}

  /** Saves or compares. */
  public static void main(String[] args) {
    try {
      run(args);
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("cannot tell: " + e);
      System.exit(2);
    }
  }

  private static void run(String[] args) throws IOException {
    String verb = args.length == 0 ? "" : args[0];
    if (verb.equals("save") && args.length >= 3) {
      Baseline.save(Path.of(args[1]), Path.of(args[2]), names(args, 3));
    } else if (verb.equals("compare") && args.length >= 4) {
      System.exit(
          compare(Path.of(args[1]), Double.parseDouble(args[2]), Path.of(args[3]), names(args, 4)));
    } else {
      System.err.println(
          "usage: Baselines (save <file> | compare <file> <percent>) <raw> [<pass> ...]");
      System.exit(2);
    }
  }

  static int compare(Path file, double thresholdPercent, Path raw, Set<String> names)
      throws IOException {
    Comparison comparison =
        new Comparison(Baseline.load(file), Baseline.read(raw, names), thresholdPercent);
    System.out.print(comparison);
    if (comparison.rows().isEmpty()) {
      System.err.println("nothing that was measured is in the baseline: file=" + file);
      return 2;
    }
    if (!comparison.regressions().isEmpty()) {
      return 1;
    }
    return comparison.missing().isEmpty() ? 0 : 2;
  }

  private static Set<String> names(String[] args, int from) {
    return Set.copyOf(Arrays.asList(args).subList(from, args.length));
  }
}
