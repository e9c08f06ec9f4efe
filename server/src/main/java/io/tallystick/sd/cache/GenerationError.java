package io.tallystick.sd.cache;

import java.util.Map;

/**
 * Why a generation failed, as the store keeps it.
 *
 * @param type what kind of failure it was, as {@code TimeoutExpired}
 * @param traceback what explains it further; empty where there is nothing
 * @param workerId which worker ran it
 * @param jobId which job it was
 * @param path below the root; the empty text is the root
 * @param timestampMs when it failed
 * @param processingMs how long it had run
 * @param attempt how often the job had been taken, from 1
 */
public record GenerationError(
    String type,
    String message,
    String traceback,
    String workerId,
    String jobId,
    String path,
    Map<String, String> arguments,
    long timestampMs,
    long processingMs,
    int attempt) {
  /** Copies the arguments. */
  public GenerationError {
    arguments = Map.copyOf(arguments);
  }
}
