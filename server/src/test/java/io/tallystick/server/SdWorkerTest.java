package io.tallystick.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.Tallystick;
import io.tallystick.sd.cache.Answer;
import io.tallystick.sd.cache.CacheSettings;
import io.tallystick.sd.cache.DiscoveryMetrics;
import io.tallystick.sd.cache.Doorbell;
import io.tallystick.sd.cache.TargetLists;
import io.tallystick.sd.cache.TargetQuery;
import io.tallystick.sd.generate.GeneratorRoot;
import io.tallystick.sd.generate.RunObserver;
import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code tallystick sd worker} and {@code sd queue}, with a server of the same store. */
@Timeout(120)
final class SdWorkerTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  @TempDir(factory = PrivateDirectory.class)
  Path folder;

  private Path root;
  private Store store;
  private Tallystick tallystick;
  private TargetLists server;

  @BeforeEach
  void open() throws Exception {
    root = Files.createDirectory(folder.resolve("targets"));
    store = Stores.open(url());
    tallystick = Tallystick.open(directory());
    server =
        TargetLists.start(
            store,
            GeneratorRoot.of(root, LONG, Runnable::run, RunObserver.NONE),
            CacheSettings.DEFAULT,
            InstantSource.system(),
            DiscoveryMetrics.register(tallystick, "1"),
            new Doorbell());
  }

  @AfterEach
  void close() {
    server.close();
    tallystick.close();
    store.close();
  }

  private String url() {
    return "sqlite:" + folder.resolve("sd.db");
  }

  private Path directory() {
    return folder.resolve("metrics");
  }

  private void write(String path, String text) throws Exception {
    Path file = Files.writeString(root.resolve(path), text);
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3_600)));
  }

  private Answer get(String path, Duration wait) throws InterruptedException {
    return server.get(TargetQuery.of(path), wait, Optional.empty());
  }

  private ServeRun worker(String... more) throws Exception {
    String[] options = {
      "sd",
      "worker",
      root.toString(),
      "--redis_url",
      url(),
      "--dir",
      directory().toString(),
      "--num_workers",
      "2",
      "--worker-id",
      "w7",
      "--port",
      "0"
    };
    String[] all = new String[options.length + more.length];
    System.arraycopy(options, 0, all, 0, options.length);
    System.arraycopy(more, 0, all, options.length, more.length);
    return ServeRun.startCommand(all);
  }

  @Test
  void shouldMakeListsThatServersAskForAndCountThem() throws Exception {
    write("web.json", "[{\"targets\": [\"a:1\", \"b:2\"]}]");
    write("broken.json", "[{\"targets\": [\"a\"]}]");
    try (ServeRun worker = worker()) {
      String line = worker.nextLine();
      assertThat(line).contains("workers=2 id=w7 metrics=http://127.0.0.1:");

      Answer list = get("web.json", LONG);
      Answer failure = get("broken.json", LONG);

      String json = new String(((Answer.Listed) list).list().json(), UTF_8);
      assertThat(json).isEqualTo("[{\"targets\":[\"a:1\",\"b:2\"],\"labels\":{}}]");
      assertThat(((Answer.Failed) failure).error().workerId()).isEqualTo("w7");
      assertThat(((Answer.Failed) failure).error().message())
          .contains("target is not host:port: generator=broken.json at=$[0].targets[0]");
      URI uri = URI.create(line.substring(line.lastIndexOf("http://")));
      String processed =
          "httpsd_redis_worker_jobs_processed_total{status=\"fail\",worker_id=\"w7\"} 1.0";
      Await.until("counted", () -> body(uri).contains(processed));
      assertThat(body(uri))
          .contains("httpsd_path_last_generated_targets{path=\"web.json\"} 2.0\n")
          .contains(
              "httpsd_generator_requests_total{generator=\"web.json\",status=\"success\"} 1.0")
          .contains(
              "httpsd_generator_requests_total{generator=\"broken.json\",status=\"fail\"} 1.0")
          .contains("httpsd_generator_run_duration_seconds_count 2\n")
          .contains("httpsd_cache_operations_total{operation=\"hit\"} 1.0\n")
          .contains("httpsd_version_info{version=\"1\"} 1.0\n");
      assertThat(worker.stop()).isEqualTo(Exit.OK);
    }
    CommandRun queue = CommandRun.of("sd", "queue", "--store", url());
    assertThat(queue.out())
        .isEqualTo("target_generation_queue queued=0 delayed=1 running=0 dead=0\n");
  }

  private static String body(URI uri) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri).header("Accept", "text/plain").build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  @Test
  void shouldShowDeadLettersAndSetThemGoingAgain() throws Exception {
    write("web.json", "[]");
    get("web.json", Duration.ZERO);
    String error = "{\"timestamp\":1,\"processing_time\":1}";
    store.keyValues().put("error:/targets/web.json?", error.getBytes(UTF_8));
    for (int i = 0; i < 5; i++) { // as if workers took it and died
      Await.until(
          "taken",
          () -> store.jobQueue("target_generation_queue").take(Duration.ofMillis(1)).isPresent());
    }
    Await.until("dead", () -> server.sizes().orElseThrow().dead() == 1);

    CommandRun queue = CommandRun.of("sd", "queue", "--store", url());
    CommandRun retry = CommandRun.of("sd", "queue", "--retry_dead", "--store", url());

    assertThat(queue)
        .isEqualTo(
            new CommandRun(
                Exit.OK,
                """
                target_generation_queue queued=0 delayed=0 running=0 dead=1
                dead: path=/targets/web.json? runs=5 lease ran out
                """,
                ""));
    assertThat(retry.out())
        .isEqualTo(
            """
            queued again: jobs=1
            target_generation_queue queued=1 delayed=0 running=0 dead=0
            """);
  }

  @Test
  void shouldHaveAnIdWhenTheNameOfTheHostCannotBeResolved() throws Exception {
    Path noHosts = Files.createFile(folder.resolve("hosts"));
    try (ChildJvm worker =
        ChildJvm.of(CommandChild.class)
            .option("-Djdk.net.hosts.file=" + noHosts)
            .arguments("sd", "worker", root, "--store", url(), "--dir", directory(), "--port", "0")
            .start()) {
      assertThat(worker.readLine()).contains(" id=localhost-1 ");
    }
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    String at = root.toString();
    String[][] lines = {
      {"sd", "worker", at, "--store", "memory:"},
      {"sd", "worker", at, "--store", "nothing:"},
      {"sd", "worker", at, "--store", url(), "--num-workers", "0"},
      {"sd", "worker", at, "--store", url(), "--port", "70000"},
      {"sd", "worker", at, "--store", url(), "--host", "192.0.2.1"},
      {"sd", "worker", at, "--store", url(), "--worker-id", " "},
      {"sd", "worker", at + "/none", "--store", url()},
      {"sd", "worker"},
      {"sd", "queue", "--store", "nothing:"},
    };
    for (String[] line : lines) {
      CommandRun run = CommandRun.of(line);
      assertThat(run.exit()).as(String.join(" ", line)).isEqualTo(Exit.USAGE);
      assertThat(run.err()).hasLineCount(1);
    }
    CommandRun none = CommandRun.of("sd", "queue", "--store", "sqlite:" + folder.resolve("x.db"));
    assertThat(none.exit()).isEqualTo(Exit.FAULT);
    assertThat(none.err()).contains("no such store");
  }
}
