package io.tallystick.agent.attached;

import io.tallystick.Mirror;
import io.tallystick.Tallystick;
import io.tallystick.mirror.SnapshotSource;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Mirrors the default registry of each copy of client_java that the application loads, whatever
 * class loader it does it with, until the JVM ends. Nothing is transformed; the JVM says which
 * classes are loaded.
 */
final class ApplicationRegistries implements ClassFileTransformer {
  private static final System.Logger LOG = System.getLogger("io.tallystick");
  private static final String REGISTRY = "io.prometheus.metrics.model.registry.PrometheusRegistry";
  private static final String REGISTRY_FILE = REGISTRY.replace('.', '/');

  private final Tallystick tallystick;
  private final Instrumentation instrumentation;
  private final Set<ClassLoader> seen =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  ApplicationRegistries(Tallystick tallystick, Instrumentation instrumentation) {
    this.tallystick = tallystick;
    this.instrumentation = instrumentation;
  }

  /** Starts to watch; the agent's own copy was loaded before. */
  void watch() {
    ClassLoader ours = getClass().getClassLoader();
    instrumentation.addTransformer(this);
    for (Class<?> known : instrumentation.getAllLoadedClasses()) {
      ClassLoader loader = known.getClassLoader();
      if (known.getName().equals(REGISTRY) && loader != null && loader != ours) {
        mirrorSoon(loader);
      }
    }
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      @Nullable String className,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] bytes) {
    boolean isRegistry = REGISTRY_FILE.equals(className) && redefined == null;
    if (isRegistry && loader != null && loader != getClass().getClassLoader()) {
      mirrorSoon(loader);
    }
    return null;
  }

  /**
   * The class is not there yet while it is being loaded; another thread waits for it. One that is
   * loaded while the watch begins is told of twice.
   */
  private void mirrorSoon(ClassLoader application) {
    if (!seen.add(application)) {
      return;
    }
    Thread thread = new Thread(null, () -> mirror(application), "tallystick-agent-start", 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(application); // as the one that registered the metrics had
    thread.start();
  }

  private void mirror(ClassLoader application) {
    try {
      Class<?> type = Class.forName(REGISTRY, true, application);
      Object registry = type.getField("defaultRegistry").get(null);
      Object source =
          new BridgeLoader(application, getClass().getClassLoader())
              .loadClass(BridgeLoader.SOURCE)
              .getConstructor(type)
              .newInstance(registry);
      Mirror unused = tallystick.mirror((SnapshotSource) source, settings -> {});
    } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "default registry cannot be mirrored, is it of client_java 1.x? loader=" + application,
          e);
    }
  }
}
