package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.FileStore;
import io.tallystick.store.Publication;
import io.tallystick.store.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class StoreCommandIT {
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

  private static Process start(String... command) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    words.addAll(List.of(command));
    return new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }
}
