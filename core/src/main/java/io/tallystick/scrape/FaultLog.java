package io.tallystick.scrape;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Says which files were skipped and why, the same thing once. */
final class FaultLog {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final int MOST = 1_000;

  private final Set<String> said = new HashSet<>();

  void say(Path file, Object why) {
    if (said.size() < MOST && said.add(file + ": " + why)) {
      LOG.log(System.Logger.Level.WARNING, "skipped: file=" + file + " reason=" + why);
    }
  }
}
