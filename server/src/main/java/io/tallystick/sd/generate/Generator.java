package io.tallystick.sd.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** What has a path below the root and gives a JSON value: a file, or a class in Java. */
interface Generator {
  /** Its path, which orders what a folder gives. */
  String path();

  /** Whether it is one, not something in the place of one that only fails its path. */
  default boolean isGenerator() {
    return true;
  }

  /**
   * Runs it.
   *
   * @return its value, which is not null, and within the output limit
   * @throws InterruptedException if this thread was interrupted; what ran has been stopped
   */
  JsonNode run(Map<String, String> arguments, Deadline deadline)
      throws GenerationException, InterruptedException;
}
