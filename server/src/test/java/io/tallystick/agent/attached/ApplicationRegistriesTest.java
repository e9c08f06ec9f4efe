package io.tallystick.agent.attached;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.tallystick.Tallystick;
import java.io.File;
import java.io.IOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ApplicationRegistriesTest {
  private static final String REGISTRY = PrometheusRegistry.class.getName();

  @TempDir private Path temp;

  @Test
  void shouldMirrorARegistryOnceWhenItIsLoadedWhileTheWatchBegins() throws Exception {
    try (StoppedLoader application = new StoppedLoader();
        Tallystick tallystick = Tallystick.open(temp.resolve("metrics"))) {
      application.stop();
      new ApplicationRegistries(tallystick, loading(application)).watch();
      List<Thread> mirroring =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getContextClassLoader() == application)
              .toList();
      application.goOn();
      for (Thread thread : mirroring) {
        thread.join();
      }
      assertThat(mirroring).hasSize(1);
    }
  }

  /** A JVM that loads a registry as soon as it has somebody to tell, and lists it after that. */
  private static Instrumentation loading(StoppedLoader application) {
    return (Instrumentation)
        Proxy.newProxyInstance(
            Instrumentation.class.getClassLoader(),
            new Class<?>[] {Instrumentation.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("addTransformer")) {
                return ((ClassFileTransformer) arguments[0])
                    .transform(application, REGISTRY.replace('.', '/'), null, null, new byte[0]);
              }
              assertThat(method.getName()).isEqualTo("getAllLoadedClasses");
              return new Class<?>[] {application.registry};
            });
  }

  /** An application's class loader, which can be made to wait before it gives another class. */
  private static final class StoppedLoader extends URLClassLoader {
    private volatile CountDownLatch gate = new CountDownLatch(0);
    final Class<?> registry = super.loadClass(REGISTRY, false); // after the gate, which it passes

    StoppedLoader() throws IOException, ClassNotFoundException {
      super(classPath(), ClassLoader.getPlatformClassLoader());
    }

    private static URL[] classPath() throws IOException {
      List<URL> urls = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        urls.add(new File(entry).toURI().toURL());
      }
      return urls.toArray(new URL[0]);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new ClassNotFoundException(name, e);
      }
      return super.loadClass(name, resolve);
    }

    void stop() {
      gate = new CountDownLatch(1);
    }

    void goOn() {
      gate.countDown();
    }
  }
}
