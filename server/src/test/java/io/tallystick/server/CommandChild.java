package io.tallystick.server;

/** The command in a JVM of its own, which ends when the one of the test has ended. */
final class CommandChild {
  private CommandChild() {}

  public static void main(String[] args) {
    ProcessHandle.current()
        .parent()
        .ifPresent(
            parent -> {
              var unused = parent.onExit().thenRun(() -> Runtime.getRuntime().halt(3));
            });
    Main.main(args);
  }
}
