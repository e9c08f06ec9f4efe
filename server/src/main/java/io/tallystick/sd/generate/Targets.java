package io.tallystick.sd.generate;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The targets that the generators below one root folder give.
 *
 * <p>A path is relative to the root, its names are parted by single slashes, and the empty text is
 * the root: each folder or generator has one path. Paths of other forms (absolute, with {@code ..},
 * with a name that starts with {@code _} or a full stop) do not exist.
 *
 * <p>Threading: any thread; calls for different paths do not wait for each other but for the pool.
 */
public interface Targets {
  /**
   * Whether a path names a generator, or a folder with at least one generator below it. Never
   * throws, whatever the text; false outside the root.
   */
  boolean exists(String path);

  /** All paths that exist, sorted: each folder and each generator; the empty text is the root. */
  List<String> paths() throws IOException;

  /**
   * Runs the generators of a path in parallel and joins what they give, ordered by their paths.
   *
   * @return a whole list within the content rules
   * @throws GenerationException if any generator failed, or if the path does not exist
   * @throws InterruptedException if this thread was interrupted; what ran has been stopped
   */
  List<TargetGroup> generate(String path, Map<String, String> arguments)
      throws GenerationException, InterruptedException;

  /**
   * Runs the one generator that a path names.
   *
   * @return its value as it gave it, as JSON text; the content rules are not applied
   * @throws GenerationException if it failed, or if the path is not one generator
   * @throws InterruptedException if this thread was interrupted; what ran has been stopped
   */
  String raw(String path, Map<String, String> arguments)
      throws GenerationException, InterruptedException;

  /**
   * Ends the generators that processes were running when they were killed, as far as these can be
   * found. Called now and then by those who run them.
   */
  default void endOrphans() {}
}
