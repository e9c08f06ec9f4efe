package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.store.Store;
import io.tallystick.store.StoreException;
import io.tallystick.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stores that are on the command's class path. */
class StoreUrlsTest {
  @TempDir private Path folder;

  @Test
  void shouldOpenTheStoreThatAUrlNames() {
    assertThat(backend("memory:")).isEqualTo("memory");
    assertThat(backend("sqlite:" + folder.resolve("x.db"))).isEqualTo("sqlite");
  }

  /** The launcher's options, and the manifest's, by which {@code java -jar} opens packages. */
  @Test
  void shouldBeStartedWithTheFlagsThatAStoreNames() throws IOException {
    String url = "chronicle:" + folder.resolve("store");
    String message = catchThrowableOfType(StoreException.class, () -> backend(url)).getMessage();
    String launcher = Files.readString(Path.of("..", "tallystick"));
    String manifest = Files.readString(Path.of("pom.xml"));
    List<String> packages =
        Pattern.compile("--add-opens=(\\S+)=ALL-UNNAMED")
            .matcher(message)
            .results()
            .map(flag -> flag.group(1))
            .toList();
    assertThat(packages)
        .isNotEmpty()
        .allSatisfy(
            each -> {
              assertThat(launcher).contains("--add-opens " + each + "=ALL-UNNAMED");
              assertThat(manifest).containsPattern("<Add-Opens>[^<]*" + Pattern.quote(each));
            });
  }

  private static String backend(String url) {
    try (Store store = Stores.open(url)) {
      return store.stats().backend();
    }
  }
}
