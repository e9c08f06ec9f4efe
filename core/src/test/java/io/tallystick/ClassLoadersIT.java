package io.tallystick;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.metrics.Counter;
import io.tallystick.testing.OutsideScraper;
import io.tallystick.testing.Samples;
import io.tallystick.testing.TempDirectory;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Copies of the library in one JVM, in two web applications say: on POSIX a process loses its locks
 * on a file when it closes any descriptor of it, so that each must spare the other's.
 */
@Timeout(120)
final class ClassLoadersIT {
  private static final String LIVE = "tallystick_process_files{state=\"live\"}";

  private TempDirectory directory;
  private OutsideScraper outside;

  @BeforeEach
  void startOutside() throws IOException {
    directory = TempDirectory.create();
    outside = OutsideScraper.start();
  }

  @AfterEach
  void endOutside() throws IOException {
    outside.close();
    directory.close();
  }

  @Test
  void shouldKeepEachOthersLocksWhenTwoCopiesShareADirectory() throws Exception {
    try (URLClassLoader firstLoader = loader();
        URLClassLoader secondLoader = loader();
        Closing first = new Closing(part(firstLoader))) {
      try (Closing second = new Closing(part(secondLoader))) {
        assertThat(first.part.getClass()).isNotSameAs(second.part.getClass());
        assertThat(first.part.call()).containsEntry("jobs_total", 2.0).containsEntry(LIVE, 2.0);
        assertThat(second.part.call()).containsEntry("jobs_total", 2.0).containsEntry(LIVE, 2.0);

        assertThat(outside.scrape(directory.path()))
            .containsEntry("jobs_total", 2.0)
            .containsEntry(LIVE, 2.0);
      }
      assertThat(first.part.call()).containsEntry("jobs_total", 2.0).containsEntry(LIVE, 1.0);
      assertThat(outside.scrape(directory.path()))
          .containsEntry("jobs_total", 2.0)
          .containsEntry(LIVE, 1.0);
    }
  }

  @Test
  void shouldKeepItsLocksWhenTheSystemPropertiesAreReplaced() throws Exception {
    Properties before = System.getProperties();
    try (Part first = new Part(directory.path());
        Part second = new Part(directory.path())) {
      Properties replaced = new Properties();
      before.forEach(
          (name, value) -> {
            if (!name.toString().startsWith("tallystick.")) {
              replaced.put(name, value);
            }
          });
      System.setProperties(replaced);
      first.call();
      second.call();

      assertThat(outside.scrape(directory.path())).containsEntry(LIVE, 2.0);
    } finally {
      System.setProperties(before);
    }
  }

  private static URLClassLoader loader() throws MalformedURLException {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  @SuppressWarnings("unchecked") // the class is this one's, from another loader
  private Callable<Map<String, Double>> part(ClassLoader loader)
      throws ReflectiveOperationException {
    Constructor<?> constructor = loader.loadClass(Part.class.getName()).getConstructor(Path.class);
    return (Callable<Map<String, Double>>) constructor.newInstance(directory.path());
  }

  /** A part that another loader's class is closed by. */
  private record Closing(Callable<Map<String, Double>> part) implements Closeable {
    @Override
    public void close() throws IOException {
      ((Closeable) part).close();
    }
  }

  /** An instance that has counted one job, and scrapes when it is called. */
  public static final class Part implements Callable<Map<String, Double>>, Closeable {
    private final Tallystick tallystick;

    public Part(Path directory) {
      this.tallystick = Tallystick.open(directory);
      Counter.builder().name("jobs_total").register(tallystick).inc();
    }

    @Override
    public Map<String, Double> call() throws IOException {
      return Samples.of(tallystick.scraper());
    }

    @Override
    public void close() {
      tallystick.close();
    }
  }
}
