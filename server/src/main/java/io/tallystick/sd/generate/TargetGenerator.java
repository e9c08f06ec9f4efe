package io.tallystick.sd.generate;

import java.util.List;
import java.util.Map;

/**
 * A generator written in Java, found through {@link java.util.ServiceLoader}.
 *
 * <p>It stands in the tree of paths like a file: its own path and every folder above it give its
 * targets. It runs in a thread of its own, which is interrupted at the time limit.
 */
public interface TargetGenerator {
  /** The path that it answers, as {@code databases/primary}; the same at each call. */
  String path();

  /**
   * The targets for a request's arguments.
   *
   * @throws Exception for any reason why there is no whole list; its message is shown
   */
  List<TargetGroup> generate(Map<String, String> arguments) throws Exception;
}
