package io.tallystick.sd.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JavaGeneratorTest {
  private static int ignored; // interrupts

  @TempDir Path root;
  private GeneratorFolder folder;

  @BeforeEach
  void open() {
    folder = new GeneratorFolder(root);
  }

  @AfterEach
  void close() {
    folder.close();
  }

  /** A generator's code. */
  private interface Code {
    List<TargetGroup> run(Map<String, String> arguments) throws Exception;
  }

  private record Coded(String path, Code code) implements TargetGenerator {
    @Override
    public List<TargetGroup> generate(Map<String, String> arguments) throws Exception {
      return code.run(arguments);
    }
  }

  private static TargetGroup group(String target) {
    return new TargetGroup(List.of(target), Map.of());
  }

  private GenerationException failure(TargetGenerator generator) {
    return catchThrowableOfType(
        GenerationException.class, () -> folder.targets(generator).generate("", Map.of()));
  }

  @Test
  void shouldStandInTheTreeLikeAFile() throws Exception {
    folder.write("svc/a.json", "[{\"targets\":[\"a:1\"]}]");
    folder.write("svc/c.json", "[{\"targets\":[\"c:1\"]}]");
    Coded java = new Coded("svc/b", arguments -> List.of(group("b:1")));
    Coded alone = new Coded("alone/x/y", arguments -> List.of(group("y:1")));

    GeneratorRoot targets = folder.targets(alone, java);

    assertThat(targets.paths())
        .containsExactly(
            "", "alone", "alone/x", "alone/x/y", "svc", "svc/a.json", "svc/b", "svc/c.json");
    assertThat(targets.paths()).allMatch(targets::exists);
    assertThat(targets.exists("alone/x/y/z")).isFalse();
    assertThat(targets.generate("svc", Map.of()))
        .containsExactly(group("a:1"), group("b:1"), group("c:1"));
    assertThat(targets.generate("svc/b", Map.of())).containsExactly(group("b:1"));
    assertThat(targets.raw("svc/b", Map.of())).isEqualTo("[{\"targets\":[\"b:1\"],\"labels\":{}}]");
  }

  @Test
  void shouldHaveTheArguments() throws Exception {
    Coded echo = new Coded("echo", arguments -> List.of(new TargetGroup(List.of(), arguments)));

    assertThat(folder.targets(echo).generate("echo", Map.of("a", "b")))
        .containsExactly(new TargetGroup(List.of(), Map.of("a", "b")));
  }

  @Test
  void shouldSayWhatWasThrown() {
    GenerationException failure =
        failure(
            new Coded(
                "svc",
                arguments -> {
                  throw new IOException("no database");
                }));

    assertThat(failure.type()).isEqualTo("IOException");
    assertThat(failure.message())
        .isEqualTo("failed: generator=svc: java.io.IOException: no database");
    assertThat(failure.traceback()).contains("JavaGeneratorTest");
  }

  @Test
  void shouldFailWhenAnErrorIsThrown() {
    assertThat(
            failure(
                    new Coded(
                        "svc",
                        arguments -> {
                          throw new StackOverflowError();
                        }))
                .type())
        .isEqualTo("StackOverflowError");
  }

  @Test
  void shouldHoldItToTheContentRules() {
    assertThat(failure(new Coded("svc", arguments -> List.of(group("a")))).message())
        .isEqualTo("target is not host:port: generator=svc at=$[0].targets[0] value=\"a\"");
    assertThat(failure(new Coded("svc", arguments -> null)).type()).isEqualTo("NoResult");
    assertThat(failure(new Coded("svc", arguments -> Arrays.asList(group("a:1"), null))).type())
        .isNotEqualTo(GenerationException.NO_SUCH_PATH);
  }

  @Test
  void shouldFailWhenItGivesTooMuch() {
    List<String> many = Collections.nCopies(1_000, "x".repeat(20_000) + ":1");

    assertThat(
            failure(new Coded("svc", arguments -> List.of(new TargetGroup(many, Map.of()))))
                .message())
        .isEqualTo("gave too much: generator=svc limit=10485760 bytes");
  }

  @Test
  void shouldBeInterruptedAtTheTimeLimit() throws Exception {
    folder.limitedTo(Duration.ofMillis(300));
    CountDownLatch interrupted = new CountDownLatch(1);
    Coded hanging =
        new Coded(
            "svc",
            arguments -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              return List.of();
            });

    assertThat(failure(hanging).type()).isEqualTo("TimeoutExpired");
    assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void shouldNotRunAgainUntilARunThatIgnoresItsInterruptHasEnded() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Thread[] hung = new Thread[1];
    GeneratorRoot targets =
        folder
            .limitedTo(Duration.ofMillis(300))
            .targets(
                new Coded(
                    "svc",
                    arguments -> {
                      if (hung[0] == null) {
                        hung[0] = Thread.currentThread();
                        awaitUninterruptibly(release);
                      }
                      return List.of(group("a:1"));
                    }));

    assertThatThrownBy(() -> targets.generate("", Map.of())).hasMessageStartingWith("did not end");
    assertThatThrownBy(() -> targets.generate("", Map.of()))
        .hasMessage("an earlier run was stopped and has not ended: generator=svc");

    release.countDown();
    hung[0].join();
    assertThat(targets.generate("", Map.of())).containsExactly(group("a:1"));
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        ignored++;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/svc", "svc/", "a//b", "../x", "_x", "a/.b"})
  void shouldRefuseAPathThatNobodyCanAskFor(String path) {
    assertThatThrownBy(() -> folder.targets(new Coded(path, arguments -> List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(" path=" + path + ";");
  }

  /** A generator that a service file names. */
  public static final class Found implements TargetGenerator {
    @Override
    public String path() {
      return "found/by-name";
    }

    @Override
    public List<TargetGroup> generate(Map<String, String> arguments) {
      return List.of(group("found:1"));
    }
  }

  @Test
  void shouldBeFoundThroughTheServiceLoader() throws Exception {
    assertThat(withServiceFile(Found.class.getName()).generate("found", Map.of()))
        .containsExactly(group("found:1"));
  }

  @Test
  void shouldSayThatAGeneratorCannotBeLoaded() {
    assertThatThrownBy(() -> withServiceFile("com.example.Missing"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cannot load a Java generator")
        .hasStackTraceContaining("com.example.Missing");
  }

  private Targets withServiceFile(String name) throws IOException {
    Path services = Files.createDirectories(root.resolve("_lib/META-INF/services"));
    Files.writeString(services.resolve(TargetGenerator.class.getName()), name);
    Thread thread = Thread.currentThread();
    ClassLoader own = thread.getContextClassLoader();
    URL[] urls = {root.resolve("_lib").toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(urls, own)) {
      thread.setContextClassLoader(loader);
      return GeneratorRoot.of(
          root, GeneratorFolder.GENEROUS, task -> new Thread(task).start(), RunObserver.NONE);
    } finally {
      thread.setContextClassLoader(own);
    }
  }
}
