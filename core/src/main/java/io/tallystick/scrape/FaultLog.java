package io.tallystick.scrape;

import io.tallystick.shm.OnceLog;
import java.nio.file.Path;

/** Says which files were skipped and why, the same thing once. */
final class FaultLog {
  private final OnceLog log = new OnceLog();

  void say(Path file, Object why) {
    log.warn("skipped: file=" + file + " reason=" + why, null);
  }
}
