package io.tallystick.metrics;

import io.tallystick.shm.ProcessFile;

/** Lets tests of other packages have the agent's turns taken, or a process end without a fold. */
public final class ProcessFiles {
  private ProcessFiles() {}

  public static ProcessFile of(Registrar registrar) {
    return registrar.file();
  }
}
