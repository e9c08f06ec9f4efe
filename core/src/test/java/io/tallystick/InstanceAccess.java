package io.tallystick;

/** Lets tests of other packages at what an instance has beside its metrics. */
public final class InstanceAccess {
  private InstanceAccess() {}

  /** Ends its thread, which else goes round for as long as the JVM of the tests. */
  public static void endAgent(Tallystick tallystick) {
    tallystick.closing.agent.close();
  }
}
