package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testing.SmallFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands make, replace and leave of files: nothing that nobody asked for. */
final class StoreFilesTest {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("store");
  }

  private static CommandRun backup(Path target) {
    return CommandRun.of("store", "backup", "--store", "memory:", "--to", target.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "ping, sqlite",
    "stats, sqlite",
    "ls, sqlite",
    "backup --to x, sqlite",
    "ping, chronicle"
  })
  void shouldSayThatThereIsNoStoreAndMakeNone(String command, String scheme) {
    String url = scheme + ":" + file();

    CommandRun run = CommandRun.of(("store " + command + " --store " + url).split(" "));

    String line = "tallystick: no such store: store=" + url + "\n";
    assertThat(run).isEqualTo(new CommandRun(Exit.FAULT, "", line));
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"store ping", "store stats", "store ls", "store backup --to x", "serve --port 0"})
  void shouldLeaveAFileThatIsNoStoreWhereItIs(String command) throws IOException {
    Files.writeString(file(), "precious".repeat(1_000));

    CommandRun run = CommandRun.of((command + " --store sqlite:" + file()).split(" "));

    assertThat(run.exit()).isEqualTo(Exit.FAULT);
    assertThat(run.err()).contains(file().toString()).hasLineCount(1);
    assertThat(folder.toFile().list()).containsExactly("store");
  }

  @Test
  void shouldNotSayTwiceWhatIsWrong() {
    CommandRun run = CommandRun.of("store", "ping", "--store", "sqlite:" + folder);

    assertThat(run.err()).containsOnlyOnce("SQLITE_CANTOPEN").hasLineCount(1);
  }

  @Test
  void shouldMakeNoStoreForADamagedBackup() throws IOException {
    String backup = Files.writeString(folder.resolve("backup"), "no backup").toString();

    CommandRun run =
        CommandRun.of("store", "restore", "--store", "sqlite:" + file(), "--from", backup);

    assertThat(run.exit()).isEqualTo(Exit.FAULT);
    assertThat(run.err()).contains("backup is damaged").hasLineCount(1);
    assertThat(folder.toFile().list()).containsExactly("backup");
  }

  @Test
  void shouldReplaceWhatALinkLeadsToAndNotTheLink() throws IOException {
    Path target = Files.createFile(Files.createDirectory(folder.resolve("other")).resolve("old"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), target);

    assertThat(backup(link).exit()).isEqualTo(Exit.OK);

    assertThat(link).isSymbolicLink();
    assertThat(target).isNotEmptyFile();
  }

  @Test
  void shouldLeaveTheOldBackupAndNoHalfOneWhenThereIsNoRoom() throws Exception {
    try (SmallFileSystem disk = SmallFileSystem.mountOrSkip(1 << 20)) {
      Path backup = disk.path().resolve("backup");
      Files.writeString(backup, "old");
      disk.fill();

      CommandRun run = backup(backup);

      assertThat(run.exit()).isEqualTo(Exit.FAULT);
      assertThat(run.err()).contains("backup cannot be written", "No space").hasLineCount(1);
      assertThat(backup).hasContent("old");
      assertThat(disk.path().toFile().list()).containsExactlyInAnyOrder("backup", "filler");
    }
  }
}
