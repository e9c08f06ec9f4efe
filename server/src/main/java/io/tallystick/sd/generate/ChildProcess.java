package io.tallystick.sd.generate;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One run of a program: its arguments on standard input, its value on standard output.
 *
 * <p>Threading: used by one thread, which never waits for a stream, but for the process' end and,
 * in between, for what it has written. A program that does not end in time, or writes too much, is
 * killed with all that it started. One that has ended by itself may leave others running, which
 * nothing can be read from any more.
 */
final class ChildProcess {
  private static final long POLL_MS = 5;

  private final String generator;
  private final ProcessTree tree;
  private final Process process;
  private final Pipe output;
  private final Pipe errors;

  /** What a program left. */
  static final class Result {
    private final int exitCode;
    private final byte[] output;
    private final String errors;

    private Result(int exitCode, byte[] output, String errors) {
      this.exitCode = exitCode;
      this.output = output;
      this.errors = errors;
    }

    int exitCode() {
      return exitCode;
    }

    /** What it wrote to its standard output. */
    byte[] output() {
      return output;
    }

    /** The end of what it wrote to its standard error. */
    String errors() {
      return errors;
    }
  }

  private ChildProcess(String generator, ProcessTree tree) {
    this.generator = generator;
    this.tree = tree;
    this.process = tree.root();
    this.output = Pipe.keepingStart(process.getInputStream(), Limits.OUTPUT_BYTES);
    this.errors = Pipe.keepingEnd(process.getErrorStream(), Limits.ERROR_BYTES);
  }

  /**
   * Runs a program to its end.
   *
   * @param input at most {@link Limits#ARGUMENT_BYTES}
   * @throws IOException if it cannot be started
   * @throws GenerationException if it was stopped
   */
  static Result run(String generator, List<String> command, byte[] input, Deadline deadline)
      throws IOException, GenerationException, InterruptedException {
    if (input.length > Limits.ARGUMENT_BYTES) {
      throw new GenerationException(
          "LimitExceeded",
          generator,
          "arguments are too long: generator="
              + generator
              + " limit="
              + Limits.ARGUMENT_BYTES
              + " bytes",
          "");
    }
    ChildProcess child =
        new ChildProcess(generator, ProcessTree.start(new ProcessBuilder(command)));
    boolean ended = false;
    try {
      child.give(input);
      Result result = child.await(deadline);
      ended = true;
      return result;
    } finally {
      if (!ended) {
        child.tree.kill();
      }
      child.tree.end();
      child.close();
    }
  }

  private void give(byte[] input) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(input);
    } catch (IOException e) {
      return; // it has ended, or does not ask for its arguments
    }
  }

  private Result await(Deadline deadline) throws GenerationException, InterruptedException {
    boolean exited = false;
    while (!exited) {
      boolean more = drain();
      requireWithinLimit();
      if (deadline.isPast()) {
        throw deadline.passed(generator, errors.text());
      }
      exited = more ? !process.isAlive() : process.waitFor(POLL_MS, TimeUnit.MILLISECONDS);
    }
    takeLastWords();
    requireWithinLimit();
    return new Result(process.exitValue(), output.bytes(), errors.text());
  }

  /**
   * Takes what was written before the end. The JDK has emptied and closed the streams by then, or
   * is at it: whoever still writes to them gets an error.
   */
  private void takeLastWords() {
    boolean more = true;
    while (more) {
      more = drain();
    }
  }

  private boolean drain() {
    boolean more = output.drain();
    return errors.drain() || more;
  }

  private void requireWithinLimit() throws GenerationException {
    if (output.isCut()) {
      throw Limits.exceeded(generator, "wrote too much to standard output", errors.text());
    }
  }

  private void close() {
    try {
      process.getInputStream().close();
      process.getErrorStream().close();
    } catch (IOException e) {
      return; // nothing more is read from them
    }
  }
}
