package io.tallystick.agent;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import org.jspecify.annotations.Nullable;

/**
 * What the JVM calls for {@code -javaagent:tallystick-agent.jar=dir=…,port=…} before the
 * application's main class.
 */
public final class AgentMain {
  private static final String CLASSES = "/isolated/"; // in the agent's jar
  private static final String ATTACHMENT = "io.tallystick.agent.attached.Attachment";

  private AgentMain() {}

  /** Starts the agent. Whatever goes wrong, the application starts. */
  public static void premain(@Nullable String options, Instrumentation instrumentation) {
    try {
      isolated()
          .loadClass(ATTACHMENT)
          .getMethod("start", String.class, Instrumentation.class)
          .invoke(null, options, instrumentation);
    } catch (InvocationTargetException e) {
      sayFailed(e.getCause());
    } catch (Throwable e) { // an application does not die of its metrics
      sayFailed(e);
    }
  }

  /** Lives as long as the JVM; its classes are neither the application's nor seen by it. */
  private static ClassLoader isolated() throws IOException {
    URL jar = AgentMain.class.getProtectionDomain().getCodeSource().getLocation();
    URL classes = URI.create("jar:" + jar + "!" + CLASSES).toURL();
    return new URLClassLoader(
        "tallystick-agent", new URL[] {classes}, ClassLoader.getPlatformClassLoader());
  }

  private static void sayFailed(@Nullable Throwable cause) {
    System.err.println("tallystick agent: the application runs without it: " + cause);
  }
}
