package io.tallystick.metrics;

import io.tallystick.InstanceAccess;
import io.tallystick.Tallystick;
import io.tallystick.shm.ProcessFile;
import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

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
    registrar.limits().turn();
    Tracing.look();
  }

  /**
   * Lets go of the process file as the kernel does when a process is killed: its lock is free, and
   * nobody folds it. Its thread ends, as all threads of a process do.
   */
  public static void kill(Registrar registrar) throws IOException {
    registrar.file().close();
    if (registrar instanceof Tallystick tallystick) {
      InstanceAccess.endAgent(tallystick);
    }
  }

  /** Has the values of all callbacks and mirrored registries taken now. */
  public static void mirror(Registrar registrar) {
    if (!registrar.mirrors().turn(ChildJvm.PATIENCE)) {
      throw new AssertionError("values are not taken in time");
    }
  }

  /** Does the agent's work until the callback that is being called is said to hang. */
  public static void leaveHanging(Registrar registrar) throws Exception {
    Await.until(
        "a thread is left behind",
        () -> registrar.mirrors().watch(System.nanoTime() + Duration.ofDays(2).toNanos()));
  }
}
