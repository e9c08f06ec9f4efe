package io.tallystick.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands of records, on a SQLite file. */
final class RecordsCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private CommandRun run(String... words) {
    List<String> all = new ArrayList<>(List.of("records"));
    all.addAll(List.of(words));
    all.addAll(List.of("--store", "sqlite:" + folder.resolve("records.db")));
    return CommandRun.of(all.toArray(String[]::new));
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private void saveSome() throws IOException {
    Path metrics =
        file(
            "metrics",
            "[{\"id\":\"m1\",\"name\":\"cpu\",\"type\":\"gauge\",\"values\":["
                + "{\"timestamp\":\"2030-01-01T12:00:00\",\"value\":1,\"tags\":{}},"
                + "{\"timestamp\":\"2030-01-01T12:00:30\",\"value\":3},"
                + "{\"timestamp\":\"2030-01-01T12:01:00\",\"value\":NaN}],"
                + "\"created_at\":\"2030-01-01T12:00:00\"}]");
    CommandRun saved = run("save", "--kind", "metric", metrics.toString());
    assertThat(saved.err()).isEmpty();
    assertThat(saved.out()).isEqualTo("records saved: kind=metric records=1\n");
    Path alerts =
        file(
            "alerts",
            "{\"id\":\"a1\",\"name\":\"disk\",\"severity\":\"high\",\"status\":\"active\","
                + "\"start_time\":\"2030-01-01T12:00:00\"}\n\n"
                + "{\"id\":\"a2\",\"name\":\"disk\",\"severity\":\"low\",\"status\":\"active\","
                + "\"start_time\":\"2030-01-01T12:01:00\"}\n");
    assertThat(run("save", "--kind", "alert", alerts.toString()).exit()).isEqualTo(Exit.OK);
    Path agent =
        file("agent", "{\"agent_id\":\"g\",\"status\":\"idle\",\"updated_at\":1893499200}");
    assertThat(run("save", "--kind", "agent", agent.toString()).exit()).isEqualTo(Exit.OK);
  }

  @Test
  void shouldShowWhatWasSavedAsTablesAndAsJson() throws Exception {
    saveSome();
    assertThat(run("query").out())
        .isEqualTo(
            """
            ID  NAME  TYPE   UPDATED                    VALUE
            m1  cpu   gauge  2030-01-01T12:00:00+00:00  NaN
            """);
    JsonNode page = JSON.readTree(run("query", "--json", "--where", "name=cpu").out());
    assertThat(page.at("/records/0/values/2/value").asText()).isEqualTo("NaN");
    assertThat(page.at("/next").isNull()).isTrue();
    assertThat(run("alerts", "--where", "severity>=medium").out())
        .contains("a1  2030-01-01T12:00:00+00:00  high")
        .doesNotContain("a2");
    CommandRun first = run("alerts", "--limit", "1");
    assertThat(first.out()).contains("a2").hasLineCount(2);
    assertThat(first.err())
        .isEqualTo("tallystick: there are more: --after 1893499260000000:alert:a2\n");
    assertThat(run("alerts", "--after", "1893499260000000:alert:a2").out()).contains("a1");
    assertThat(run("agents").out()).contains("g      idle    2030-01-01T12:00:00+00:00  {}");
    assertThat(
            run(
                    "history",
                    "cpu",
                    "--start",
                    "2030-01-01T12:00:00",
                    "--end",
                    "2030-01-01T12:01:00",
                    "--step-seconds",
                    "60",
                    "--aggregation",
                    "sum")
                .out())
        .isEqualTo(
            """
            TIME                       VALUE  SAMPLES
            2030-01-01T12:00:00+00:00  4.0    2
            2030-01-01T12:01:00+00:00  NaN    1
            """);
    assertThat(run("stats").out()).contains("alerts               2").contains("sqlite");
    assertThat(JSON.readTree(run("stats", "--json").out()).get("metrics").asInt()).isEqualTo(1);
  }

  @Test
  void shouldChangeAnAlertAndRefuseWhatCannotBe() throws Exception {
    saveSome();
    assertThat(run("alerts", "--resolve", "a1", "--by", "ann").out()).contains("resolved");
    CommandRun again = run("alerts", "--acknowledge", "a1");
    assertThat(again.exit()).isEqualTo(Exit.FAULT);
    assertThat(again.err()).contains("alert cannot become acknowledged: id=a1 status=resolved");
    CommandRun none = run("alerts", "--suppress", "none", "--json");
    assertThat(none.exit()).isEqualTo(Exit.FAULT);
    assertThat(none.out()).isEmpty();
    assertThat(none.err()).isEqualTo("tallystick: no such alert\n");
    assertThat(run("alerts", "--where", "annotations.resolved_by=ann", "--json").out())
        .contains("\"a1\"");
  }

  @Test
  void shouldRestoreWhatItBackedUp() throws Exception {
    saveSome();
    Path backup = folder.resolve("backup");
    assertThat(run("backup", "--to", backup.toString()).out())
        .isEqualTo("backup written: file=" + backup + " bytes=" + Files.size(backup) + "\n");
    String other = "sqlite:" + folder.resolve("other.db");
    CommandRun restored =
        CommandRun.of("records", "restore", "--from", backup.toString(), "--store", other);
    assertThat(restored.err()).isEmpty();
    assertThat(CommandRun.of("records", "query", "--store", other).out()).contains("m1");
    byte[] bytes = Files.readAllBytes(backup);
    Files.write(backup, Arrays.copyOf(bytes, bytes.length - 9));
    CommandRun cut =
        CommandRun.of("records", "restore", "--from", backup.toString(), "--store", other);
    assertThat(cut.exit()).isEqualTo(Exit.FAULT);
    assertThat(cut.err()).contains("backup is damaged");
  }

  @Test
  void shouldTakeABackendOfAConfigAndListNamesWhenThereIsNone() throws Exception {
    saveSome();
    Path config =
        file(
            "config.yaml",
            "backends:\n  - name: main\n    url: sqlite:"
                + folder.resolve("records.db")
                + "\n    default: true\n    options: {metric_ttl_seconds: 60}\n"
                + "  - {name: other, url: 'memory:'}\n");
    assertThat(CommandRun.of("records", "query", "--config", config.toString()).out())
        .contains("m1");
    assertThat(
            CommandRun.of("records", "query", "--config", config.toString(), "--backend", "other")
                .out())
        .doesNotContain("m1");
    CommandRun bad =
        CommandRun.of("records", "query", "--config", config.toString(), "--backend", "x");
    assertThat(bad.exit()).isEqualTo(Exit.USAGE);
    assertThat(bad.err()).contains("no such backend: backend=x known=main, other");
    Path wrong =
        file("wrong.json", "{\"backends\":[{\"name\":\"a\",\"url\":\"memory:\",\"b\":1}]}");
    assertThat(CommandRun.of("records", "query", "--config", wrong.toString()).err())
        .contains("unknown: field=backends[0].b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "records                                        | no command given",
        "records query                                  | missing: option=--store",
        "records query --backend x                      | missing: option=--config",
        "records query --store memory: --where x        | not a filter: filter=x",
        "records query --store memory: --where a=b      | no such field: field=a known=[",
        "records query --store memory: --from x         | text is no time: text=x",
        "records query --store memory: --limit -1       | limit is negative",
        "records save --store memory: --kind x          | unknown kind: kind=x",
        "records save --store memory: --kind metric no  | no such file: file=no",
        "records alerts --store memory: --where severity=x | no such severity",
        "records history x --store memory: --aggregation y | no such aggregation",
        "records backup --store memory: --to /          | not a file: file=/",
        "records restore --store memory: --from no      | no such file: file=no",
      })
  void shouldRefuseInOneLine(String line, String message) {
    CommandRun run = CommandRun.of(line.strip().split(" +"));
    assertThat(run.exit()).isEqualTo(Exit.USAGE);
    assertThat(run.err()).contains(message.strip()).hasLineCount(1);
  }

  @Test
  void shouldSayHowFarItIsWithABarOnATerminalAndALineElsewhere() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    try (Progress bar = new Progress(out, true, "backup", "bytes", () -> 50, 100)) {
      bar.say();
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .startsWith("\rbackup [===============               ] 50 bytes")
        .endsWith("\r");
    bytes.reset();
    try (Progress lines = new Progress(out, false, "backup", "bytes", () -> 50, 100)) {
      lines.say();
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("backup: bytes=50\n");
  }
}
