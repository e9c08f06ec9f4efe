package io.tallystick.agent.attached;

import io.tallystick.mirror.RegistrySource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/**
 * Defines the classes that read a registry once more, so that they work with the application's copy
 * of client_java, and are what the agent's own copy of Tallystick mirrors.
 */
final class BridgeLoader extends ClassLoader {
  /** The class that reads a registry. */
  static final String SOURCE = RegistrySource.class.getName();

  private static final Set<String> BRIDGES =
      Set.of(SOURCE, RegistrySource.class.getPackageName() + ".ClientJavaCursor");
  private static final String CLIENT_JAVA = "io.prometheus.";

  private final ClassLoader application;

  BridgeLoader(ClassLoader application, ClassLoader ours) {
    super("tallystick-bridge", ours);
    this.application = application;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.startsWith(CLIENT_JAVA)) {
      return application.loadClass(name);
    }
    if (!BRIDGES.contains(name)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known != null ? known : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = in.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
