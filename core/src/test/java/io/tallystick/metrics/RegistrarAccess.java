package io.tallystick.metrics;

import io.tallystick.shm.ProcessFile;
import java.io.IOException;
import java.nio.file.Path;

/** Lets tests of other packages at the process file behind what metrics register with. */
public final class RegistrarAccess {
  private RegistrarAccess() {}

  public static ProcessFile file(Registrar registrar) {
    return registrar.file();
  }

  /** The path of the process file in a directory. */
  public static Path path(Registrar registrar, Path directory) {
    return directory.resolve(registrar.file().token() + ".tally");
  }

  /** Does the work of the agent now: grants columns, turns the clock, says that it is alive. */
  public static void turn(Registrar registrar) {
    registrar.file().turn();
    Tracing.look();
  }

  /**
   * Lets go of the process file as the kernel does when a process is killed: its lock is free, and
   * nobody folds it.
   */
  public static void kill(Registrar registrar) throws IOException {
    registrar.file().close();
  }
}
