package io.tallystick.testing;

/** The process that started this one, such as the JVM of a test. */
public final class Parent {
  private Parent() {}

  /** Ends this process, with no chance to do anything more, when its parent is gone. */
  public static void endWithIt() {
    ProcessHandle.current().parent().ifPresent(Parent::endWith);
  }

  private static void endWith(ProcessHandle parent) {
    var unused = parent.onExit().thenRun(() -> Runtime.getRuntime().halt(3));
  }
}
