package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.FileStore;
import io.tallystick.store.Publication;
import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import io.tallystick.testing.Await;
import io.tallystick.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class StoreCommandIT {
  private static final Pattern FLAG = Pattern.compile("--[a-z-]+[ =][a-zA-Z0-9./=-]+");

  @TempDir Path folder;

  private String url() {
    return "example-file:" + folder.resolve("store");
  }

  @Test
  void shouldServeAStoreThatAnotherProcessPublishesTo() throws Exception {
    Process serving = start("serve", "--store", url(), "--port", "0");
    try (BufferedReader lines = serving.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      try (Store store = new FileStore(folder.resolve("store"), InstantSource.system())) {
        store.ledger().publish(Publication.ofAll("a", 1, List.of(), Duration.ofMinutes(1)));
      }

      URI uri = URI.create(line.substring(line.lastIndexOf("http://")));
      String body =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
              .body();

      assertThat(body).contains("tallystick_store_sources 1.0\n");
      serving.destroy();
      assertThat(serving.waitFor()).isEqualTo(143);
    } finally {
      serving.destroyForcibly();
    }
  }

  @Test
  void shouldEndWithTheCodeThatTheCommandGives() throws Exception {
    assertThat(start("store", "ping", "--store", url()).waitFor()).isEqualTo(Exit.OK);
    assertThat(start("store", "ping", "--store", url() + "/none/x").waitFor())
        .isEqualTo(Exit.FAULT);
    assertThat(start("store", "ping").waitFor()).isEqualTo(Exit.USAGE);
  }

  /** Of signals, as of an interrupt by the keyboard, the JVM makes the same. */
  @Test
  void shouldLeaveNoHalfBackupWhenItIsToldToEnd() throws Exception {
    Path backup = folder.resolve("backup");
    Process process =
        start("store", "backup", "--store", "example-endless:", "--to", backup.toString());
    try {
      Await.until("it is half written", () -> files().size() == 1);
      process.destroy();
      assertThat(process.waitFor()).isEqualTo(143);
      assertThat(files()).isEmpty();
    } finally {
      process.destroyForcibly();
    }
  }

  private List<String> files() {
    return List.of(Objects.requireNonNull(folder.toFile().list()));
  }

  /** With the flags of the launcher, no library has anything to say of itself. */
  @ParameterizedTest
  @ValueSource(strings = {"sqlite", "chronicle"})
  void shouldWriteNothingToStandardErrorWhenNothingIsWrong(String scheme) throws Exception {
    Path backup = folder.resolve("backup");
    String url = scheme + ":" + folder.resolve("store");
    try (Store memory = Stores.open("memory:")) {
      memory.backup(backup);
    }
    for (String command : new String[] {"restore --from " + backup, "ping", "stats"}) {
      ChildJvm.Builder child = ChildJvm.of(Main.class).arguments("store");
      flags().forEach(child::option);
      child.arguments((Object[]) command.split(" ")).arguments("--store", url);
      try (ChildJvm run = child.start()) {
        assertThat(run.waitFor()).isEqualTo(Exit.OK);
        assertThat(run.errors()).isEmpty();
      }
    }
  }

  private static List<String> flags() throws IOException {
    boolean warns = Runtime.version().feature() >= 24;
    return Files.readString(Path.of("..", "tallystick"))
        .lines()
        .filter(line -> line.contains("--add-") || (warns && line.contains("--enable-")))
        .flatMap(line -> FLAG.matcher(line).results())
        .map(flag -> flag.group().replaceFirst("^(--add-opens) ", "$1="))
        .toList();
  }

  private static Process start(String... command) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    words.addAll(List.of(command));
    return new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }
}
