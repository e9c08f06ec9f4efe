package io.tallystick.sd.generate;

/** How much of anything one generator may have. */
final class Limits {
  /** The size of a file with targets, and of what a process or a class gives. */
  static final int OUTPUT_BYTES = 10 * 1024 * 1024;

  /** What is kept of a process' standard error: its end, where Python names the exception. */
  static final int ERROR_BYTES = 8 * 1024;

  /** Characters of a message; what explains it further is in the traceback. */
  static final int MESSAGE_LENGTH = 2 * 1024;

  /** The arguments as JSON: what every pipe takes at once, so that no write to it waits. */
  static final int ARGUMENT_BYTES = 8 * 1024;

  /** How deep lists and maps lie in each other. */
  static final int DEPTH = 100;

  /** Values in a YAML file, counted again for each alias that repeats them. */
  static final int YAML_NODES = 1_000_000;

  private Limits() {}

  static GenerationException exceeded(String generator, String what, String traceback) {
    return new GenerationException(
        "LimitExceeded",
        generator,
        what + ": generator=" + generator + " limit=" + OUTPUT_BYTES + " bytes",
        traceback);
  }
}
