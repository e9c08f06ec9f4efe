package io.tallystick;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tallystick.merge.Retirement;
import io.tallystick.shm.Directory;
import io.tallystick.testing.CrashingFileSystem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/**
 * A JVM that folds the dead processes of a directory.
 *
 * <p>Input: a line {@code <step> <directory>}; it folds the directory and ends before it takes the
 * step of that number. Where the number is negative it folds again and again until it is killed.
 * Output: {@code folding}, then how many processes were folded, each time that there were any.
 */
final class RetiringProcess {
  static final int HALTED = 77;

  private RetiringProcess() {}

  public static void main(String[] args) throws IOException {
    try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        int space = line.indexOf(' ');
        int lastStep = Integer.parseInt(line.substring(0, space));
        Path directory = Path.of(line.substring(space + 1));
        System.out.println("folding");
        do {
          int folded = fold(directory, lastStep);
          if (folded > 0) {
            System.out.println(folded);
          }
        } while (lastStep < 0);
      }
    }
  }

  private static int fold(Path directory, int lastStep) throws IOException {
    Path watched =
        CrashingFileSystem.path(
            directory,
            (number, step) -> {
              if (number == lastStep) {
                Runtime.getRuntime().halt(HALTED);
              }
            });
    return new Retirement(Directory.open(watched), Duration.ofHours(1), Clock.systemUTC())
        .run()
        .folded();
  }
}
