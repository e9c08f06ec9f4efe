package io.tallystick.server;

/** What the exit codes of {@code tallystick} say. */
final class Exit {
  /** Done; for {@code verify}, clean; for {@code demo}, the totals agree. */
  static final int OK = 0;

  /** A fault at run time, which a line on standard error or output names. */
  static final int FAULT = 1;

  /** The command line is wrong, or names a directory that cannot be used. */
  static final int USAGE = 2;

  private Exit() {}
}
