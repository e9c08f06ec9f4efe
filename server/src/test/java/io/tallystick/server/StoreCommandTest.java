package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.FileStore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallystick.store.Publication;
import io.tallystick.store.Store;
import io.tallystick.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StoreCommandTest {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("store");
  }

  private String url() {
    return "example-file:" + file();
  }

  private Store open() {
    return new FileStore(file(), InstantSource.system());
  }

  private CommandRun run(String command, String... options) {
    List<String> words = new ArrayList<>(List.of("store", command, "--store", url()));
    words.addAll(List.of(options));
    return CommandRun.of(words.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "store                         | no command given; see tallystick store --help",
        "store bogus                   | unknown command: command=bogus",
        "store ping                    | missing: option=--store",
        "store ping --store x          | store URL does not begin with a scheme, as in memory:",
        "store ping --store bogus:x    | no store for this scheme: scheme=bogus known=[",
        "store ping --store memory:?maxBytes=x | option is no number above zero: option=maxBytes",
        "store ping extra --store memory: | unexpected argument: argument=extra",
        "store stats --json=1 --store memory: | json",
        "store backup --store memory:  | missing: option=--to",
        "store backup --store memory: --to / | not a file: file=/; give --to the file to write",
        "store restore --store memory: | missing: option=--from",
        "store backup --store memory: --to /dev/null | not a file: file=/dev/null",
        "store restore --store memory: --from /no/such | no such file: file=/no/such",
        "store restore --store memory: --from / | not a file: file=/",
        "store ls --store memory: --kind jobs | unknown kind: kind=jobs; use one of keys, queues,",
        "store ls --store memory: --limit 0 | limit out of range: limit=0; use 1 to 1000000",
      })
  void shouldPrintOneLineAndExitTwoWhenTheCommandLineIsWrong(String line, String expected) {
    CommandRun run = CommandRun.of(line.strip().split(" +"));

    assertThat(run.exit()).isEqualTo(Exit.USAGE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("tallystick: ").contains(expected).hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "store ping redis://jo:hush@host/0",
        "store ping --stor redis://jo:hush@host/0",
        "store ping --store nothing://jo:hush@host/0?password=hush",
        "store ping --store=memory:?password=hush",
        "store ping --store=memory:?hush",
        "store backup --store memory: --to /no/such?secretKey=hush&x=1",
        "serve --store nothing://jo:hu@sh@host/0",
      })
  void shouldNotPrintSecretsWhateverIsWrong(String line) {
    CommandRun run = CommandRun.of(line.split(" "));

    assertThat(run.exit()).isNotEqualTo(Exit.OK);
    assertThat(run.err()).hasLineCount(1).doesNotContain("hush", "sh@");
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ping", "stats", "backup", "restore", "ls"})
  void shouldDescribeACommandWhenAskedForItsHelp(String command) {
    CommandRun run = CommandRun.of("store", command, "--help");

    assertThat(run.exit()).isEqualTo(Exit.OK);
    assertThat(run.out()).startsWith("Usage: tallystick store " + command);
  }

  @Test
  void shouldTakeTwoStoresWithACommaInEachCommand() {
    String both = url() + " , example-file:" + folder.resolve("second");
    Path file = folder.resolve("backup");
    try (Store store = Stores.open(both)) {
      store.keyValues().put("a", new byte[1]);
    }
    assertThat(CommandRun.of("store", "ping", "--store", both).out())
        .contains("store can be used: store=example-file:", ", example-file:");
    assertThat(CommandRun.of("store", "ls", "--store", both).out()).isEqualTo("a\n");
    assertThat(CommandRun.of("store", "stats", "--store", both).out()).contains("fallback to ");
    assertThat(CommandRun.of("store", "backup", "--to", file.toString(), "--store", both).exit())
        .isEqualTo(Exit.OK);
    String other = "example-file:" + folder.resolve("x") + ", memory:";
    assertThat(
            CommandRun.of("store", "restore", "--from", file.toString(), "--store", other).exit())
        .isEqualTo(Exit.OK);
    assertThat(CommandRun.of("store", "ls", "--store", other).out()).isEqualTo("a\n");
    assertThat(CommandRun.of("store", "ping", "--store", "memory:,bogus:x").exit())
        .isNotEqualTo(Exit.OK);
  }

  @Test
  void shouldSayThatAStoreCanBeUsed() {
    assertThat(CommandRun.of("store", "ping", "--store", "memory:?maxBytes=9"))
        .isEqualTo(new CommandRun(Exit.OK, "store can be used: store=memory:?maxBytes=9\n", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ping", "stats", "ls"})
  void shouldPrintTheCauseAndExitOneWhenAStoreCannotBeUsed(String command) throws IOException {
    Files.writeString(file(), "not a store");

    CommandRun run = run(command);

    assertThat(run.exit()).isEqualTo(Exit.FAULT);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("tallystick: ").contains(file().toString()).hasLineCount(1);
  }

  @Test
  void shouldShowWhatAStoreHolds() throws IOException {
    fill();

    CommandRun table = run("stats");
    JsonNode json = new ObjectMapper().readTree(run("stats", "--json").out());

    assertThat(table.exit()).isEqualTo(Exit.OK);
    assertThat(table.out())
        .contains("store    " + url() + "\nbackend  memory\n")
        .contains("keys     3\njobs     3\nsources  2\nseries   0\n")
        .endsWith("can      MULTI_PROCESS SURVIVES_PROCESS\n");
    assertThat(json.get("store").asText()).isEqualTo(url());
    assertThat(json.get("keys").asLong()).isEqualTo(3);
    assertThat(json.get("jobs").asLong()).isEqualTo(3);
    assertThat(json.get("sources").asLong()).isEqualTo(2);
    assertThat(json.get("bytes").asLong()).isPositive();
    assertThat(json.get("uptimeSeconds").asDouble()).isNotNegative();
    assertThat(json.get("capabilities")).hasSize(2);
  }

  private void fill() {
    try (Store store = open()) {
      store.keyValues().put("a*1", new byte[0]);
      store.keyValues().put("a*2\n", new byte[0]);
      store.keyValues().put("b", new byte[0]);
      store.jobQueue("mails").offer("x", new byte[0]);
      store.jobQueue("mails").offer("y", new byte[0]);
      store.jobQueue("mails").take(Duration.ofMinutes(1));
      store.jobQueue("prints").offer("x", new byte[0]);
      for (String source : List.of("host-1", "host-2")) {
        store.ledger().publish(Publication.ofAll(source, 7, List.of(), Duration.ofMinutes(1)));
      }
    }
  }

  @Test
  void shouldListKeysByALiteralPrefix() throws IOException {
    fill();

    assertThat(run("ls", "--prefix", "a*").out().lines()).containsExactlyInAnyOrder("a*1", "a*2");
    assertThat(run("ls").out().lines()).hasSize(3);
    JsonNode json = new ObjectMapper().readTree(run("ls", "--json", "--prefix", "a*2").out());
    assertThat(json.toString())
        .isEqualTo("{\"kind\":\"keys\",\"entries\":[{\"name\":\"a*2\\n\"}],\"more\":false}");
  }

  @Test
  void shouldSayThatThereIsMoreThanTheLimit() throws IOException {
    fill();

    CommandRun some = run("ls", "--limit", "2");
    assertThat(some.out()).hasLineCount(2);
    assertThat(some.err()).isEqualTo("tallystick: there are more: limit=2; raise --limit\n");
    CommandRun all = run("ls", "--limit", "3");
    assertThat(all.out()).hasLineCount(3);
    assertThat(all.err()).isEmpty();
    JsonNode json = new ObjectMapper().readTree(run("ls", "--limit", "1", "--json").out());
    assertThat(json.get("more").asBoolean()).isTrue();
    assertThat(json.get("entries")).hasSize(1);
  }

  @Test
  void shouldListQueuesWithTheirSizesAndSourcesWithTheirVersions() {
    fill();

    assertThat(run("ls", "--kind", "queues").out())
        .isEqualTo(
            """
            mails queued=1 delayed=0 running=1 dead=0
            prints queued=1 delayed=0 running=0 dead=0
            """);
    assertThat(run("ls", "--kind", "queues", "--prefix", "p").out()).hasLineCount(1);
    assertThat(run("ls", "--kind", "sources", "--prefix", "host-2").out())
        .startsWith("host-2 version=7 leaseEndMs=")
        .hasLineCount(1);
  }

  @Test
  void shouldRestoreABackupIntoAnEmptyStoreAndMergeItIntoAnother() throws IOException {
    fill();
    Path backup = folder.resolve("backup");

    CommandRun written = run("backup", "--to", backup.toString());
    CommandRun refused = run("restore", "--from", backup.toString());
    Files.delete(file());
    CommandRun restored = run("restore", "--from", backup.toString());
    try (Store store = open()) {
      store.keyValues().delete("b");
    }
    CommandRun merged = run("restore", "--merge", "--from", backup.toString());

    assertThat(written.out())
        .isEqualTo("backup written: file=" + backup + " bytes=" + Files.size(backup) + "\n");
    assertThat(refused.exit()).isEqualTo(Exit.FAULT);
    assertThat(refused.err()).contains("store is not empty");
    assertThat(restored.out())
        .isEqualTo("backup restored: file=" + backup + " store=" + url() + "\n");
    assertThat(merged.exit()).isEqualTo(Exit.OK);
    try (Store store = open()) {
      assertThat(store.keyValues().exists("b")).isTrue();
    }
  }

  @Test
  void shouldRefuseADamagedBackupAndLeaveTheStoreAsItIs() throws IOException {
    fill();
    Path backup = folder.resolve("backup");
    run("backup", "--to", backup.toString());
    byte[] bytes = Files.readAllBytes(backup);
    bytes[bytes.length / 2] ^= 1;
    Files.write(backup, bytes);
    Files.delete(file());

    CommandRun run = run("restore", "--from", backup.toString());

    assertThat(run.exit()).isEqualTo(Exit.FAULT);
    assertThat(run.err()).contains(backup.toString()).hasLineCount(1);
    assertThat(run("ls").out()).isEmpty();
  }
}
